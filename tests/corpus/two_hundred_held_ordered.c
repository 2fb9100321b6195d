// EXPECT: CLEAN
// WHY: two hundred locks are taken in order, by all threads, and released in the order of
// taking.

#include "apart.h"

enum { kLocks = 200 };
static pthread_mutex_t locks[kLocks];

static void use(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_lock(&locks[i]);
  for (int i = 0; i < kLocks; ++i) pthread_mutex_unlock(&locks[i]);
}

int main(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], NULL);
  run_apart(use, use);
  return 0;
}
