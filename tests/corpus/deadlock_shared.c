// EXPECT: deadlock
// EXPECT: lock-order-inversion
// WHY: two threads each hold what the other one waits for: mutexes that processes may share.

#include "apart.h"

static pthread_mutex_t a;
static pthread_mutex_t b;

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
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&a, &attributes);
  pthread_mutex_init(&b, &attributes);
  run_apart(first, second);
  return 0;
}
