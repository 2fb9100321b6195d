// EXPECT: deadlock
// EXPECT: lock-order-inversion
// WHY: each reads what the other one waits to write.

#include "apart.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b = PTHREAD_RWLOCK_INITIALIZER;

static void first(void) {
  pthread_rwlock_rdlock(&a);
  meet(2);
  pthread_rwlock_wrlock(&b);
}

static void second(void) {
  pthread_rwlock_rdlock(&b);
  meet(2);
  pthread_rwlock_wrlock(&a);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
