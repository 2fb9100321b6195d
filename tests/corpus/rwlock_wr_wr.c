// EXPECT: lock-order-inversion
// WHY: writers take two rwlocks in both orders.

#include "apart.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b = PTHREAD_RWLOCK_INITIALIZER;

static void first(void) {
  pthread_rwlock_wrlock(&a);
  pthread_rwlock_wrlock(&b);
  pthread_rwlock_unlock(&b);
  pthread_rwlock_unlock(&a);
}

static void second(void) {
  pthread_rwlock_wrlock(&b);
  pthread_rwlock_wrlock(&a);
  pthread_rwlock_unlock(&a);
  pthread_rwlock_unlock(&b);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
