// EXPECT: CLEAN
// NOTE: lock-order-inversion gate-lock
// WHY: gate is a read-write lock that one holds for reading and the other for writing: not at once.

#include "apart.h"

static pthread_rwlock_t gate = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void take_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void first(void) {
  pthread_rwlock_rdlock(&gate);
  take_both(&a, &b);
  pthread_rwlock_unlock(&gate);
}

static void second(void) {
  pthread_rwlock_wrlock(&gate);
  take_both(&b, &a);
  pthread_rwlock_unlock(&gate);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
