// EXPECT: deadlock
// EXPECT: lock-order-inversion
// WHY: a writer waits for a mutex whose holder waits to read.

#include "apart.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_rwlock_wrlock(&a);
  meet(2);
  pthread_mutex_lock(&m);
}

static void second(void) {
  pthread_mutex_lock(&m);
  meet(2);
  pthread_rwlock_rdlock(&a);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
