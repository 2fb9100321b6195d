// EXPECT: lock-order-inversion
// WHY: the log stream is locked before the mutex in one place and after it in another.

#include <stdio.h>

#include "apart.h"

static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  flockfile(stderr);
  pthread_mutex_lock(&state);
  pthread_mutex_unlock(&state);
  funlockfile(stderr);
}

static void second(void) {
  pthread_mutex_lock(&state);
  flockfile(stderr);
  funlockfile(stderr);
  pthread_mutex_unlock(&state);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
