// EXPECT: lock-order-inversion
// WHY: one thread takes a and b in both orders, and later another one takes them, in one of these
// orders: those two can meet.

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

static void one_order(void) { take_both(&a, &b); }

int main(void) {
  run_apart(both_orders, one_order);
  return 0;
}
