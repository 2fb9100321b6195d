// EXPECT: CLEAN
// WHY: a stream may be locked again by its owner, and the order is always the same.

#include <stdio.h>

#include "apart.h"

static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;

static void use(void) {
  pthread_mutex_lock(&state);
  flockfile(stderr);
  flockfile(stderr);
  funlockfile(stderr);
  funlockfile(stderr);
  pthread_mutex_unlock(&state);
}

int main(void) {
  run_apart(use, use);
  return 0;
}
