// EXPECT: lock-order-inversion
// WHY: under two hundred locks the last one is taken, and elsewhere the first under the last.

#include "apart.h"

enum { kLocks = 200 };
static pthread_mutex_t locks[kLocks];

static void first(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_lock(&locks[i]);
  for (int i = kLocks; i-- > 0;) pthread_mutex_unlock(&locks[i]);
}

static void second(void) {
  pthread_mutex_lock(&locks[kLocks - 1]);
  pthread_mutex_lock(&locks[0]);
  pthread_mutex_unlock(&locks[0]);
  pthread_mutex_unlock(&locks[kLocks - 1]);
}

int main(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], NULL);
  run_apart(first, second);
  return 0;
}
