// EXPECT: deadlock
// EXPECT: lock-order-inversion
// WHY: two threads each hold what the other one waits for, and main waits for both.

#include "apart.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&a);
  meet(2);
  pthread_mutex_lock(&b);
}

static void second(void) {
  pthread_mutex_lock(&b);
  meet(2);
  pthread_mutex_lock(&a);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
