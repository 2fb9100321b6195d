// EXPECT: CLEAN
// WHY: the spinlock that was taken before m is freed; another one gets its place, and is taken
// after m.

#include <pthread.h>
#include <stdlib.h>

#include "apart.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

struct Object {
  pthread_spinlock_t lock;
  char more[100];
};

static void first(void) {
  struct Object* object = calloc(1, sizeof(*object));
  pthread_spin_init(&object->lock, 0);
  pthread_spin_lock(&object->lock);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  pthread_spin_unlock(&object->lock);
  free(object);
}

static void second(void) {
  struct Object* object = calloc(1, sizeof(*object));
  pthread_spin_init(&object->lock, 0);
  pthread_mutex_lock(&m);
  pthread_spin_lock(&object->lock);
  pthread_spin_unlock(&object->lock);
  pthread_mutex_unlock(&m);
  free(object);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
