// EXPECT: CLEAN
// NOTE: read-recursion reader-preferring
// WHY: the default kind of rwlock lets a reader in again even while a writer queues.

#include "apart.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b = PTHREAD_RWLOCK_INITIALIZER;

static void first(void) {
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_unlock(&a);
  pthread_rwlock_unlock(&a);
}

static void second(void) {
  pthread_rwlock_wrlock(&a);
  pthread_rwlock_unlock(&a);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
