// EXPECT: deadlock
// EXPECT: wait-while-holding
// WHY: what runs once waits for a mutex, whose holder waits until it has run; another thread
// sleeps on.

#include "apart.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void initialise(void) {
  usleep(200 * 1000);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

static void first(void) { pthread_once(&once, initialise); }

static void second(void) {
  pthread_mutex_lock(&mutex);
  pthread_once(&once, initialise);
  pthread_mutex_unlock(&mutex);
}

static void* be_idle(void* unused) {
  sleep(10);
  return unused;
}

int main(void) {
  pthread_t idle;
  pthread_create(&idle, NULL, be_idle, NULL);
  run_apart(first, second);
  return 0;
}
