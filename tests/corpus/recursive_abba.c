// EXPECT: lock-order-inversion
// WHY: recursive mutexes let their owner in again, nobody else.

#include "apart.h"

static pthread_mutex_t a;
static pthread_mutex_t b;

static void first(void) {
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
}

static void second(void) {
  pthread_mutex_lock(&b);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&a, &attributes);
  pthread_mutex_init(&b, &attributes);
  run_apart(first, second);
  return 0;
}
