// EXPECT: lock-order-inversion
// WHY: the two orders are taken behind gate, but one thread takes a and then b without it as well.

#include "apart.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void take_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void first(void) {
  pthread_mutex_lock(&gate);
  take_both(&a, &b);
  pthread_mutex_unlock(&gate);
}

static void second(void) {
  pthread_mutex_lock(&gate);
  take_both(&b, &a);
  pthread_mutex_unlock(&gate);
}

static void third(void) { take_both(&a, &b); }

int main(void) {
  run_apart3(first, second, third);
  return 0;
}
