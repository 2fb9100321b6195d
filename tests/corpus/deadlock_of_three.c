// EXPECT: deadlock
// EXPECT: lock-order-inversion
// WHY: three threads in a ring.

#include "apart.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&a);
  meet(3);
  pthread_mutex_lock(&b);
}

static void second(void) {
  pthread_mutex_lock(&b);
  meet(3);
  pthread_mutex_lock(&c);
}

static void third(void) {
  pthread_mutex_lock(&c);
  meet(3);
  pthread_mutex_lock(&a);
}

int main(void) {
  run_apart3(first, second, third);
  return 0;
}
