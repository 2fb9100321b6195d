// EXPECT: lock-order-inversion
// WHY: each thread holds the lock of its own session around a and b; those are two locks, made in
// one place, and keep nobody apart.

#include <stdlib.h>

#include "apart.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void take_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

struct Session {
  int id;
  pthread_mutex_t lock;
};

static struct Session* sessions[2];

static void open_sessions(void) {
  for (int i = 0; i < 2; ++i) {
    sessions[i] = (struct Session*)malloc(sizeof(*sessions[i]));
    sessions[i]->id = i;
    pthread_mutex_init(&sessions[i]->lock, NULL);
  }
}

static void first(void) {
  pthread_mutex_lock(&sessions[0]->lock);
  take_both(&a, &b);
  pthread_mutex_unlock(&sessions[0]->lock);
}

static void second(void) {
  pthread_mutex_lock(&sessions[1]->lock);
  take_both(&b, &a);
  pthread_mutex_unlock(&sessions[1]->lock);
}

int main(void) {
  open_sessions();
  run_apart(first, second);
  return 0;
}
