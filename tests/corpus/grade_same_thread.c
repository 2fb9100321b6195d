// EXPECT: CLEAN
// NOTE: lock-order-inversion same-thread
// WHY: a and b are taken in both orders, but by one thread alone, which cannot meet itself.

#include "apart.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void take_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void both_orders(void) {
  take_both(&a, &b);
  take_both(&b, &a);
}

static void other(void) {
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
}

int main(void) {
  run_apart(both_orders, other);
  return 0;
}
