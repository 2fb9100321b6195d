// EXPECT: CLEAN
// WHY: the wait against the order ends after a second, and b is released.

#include <time.h>

#include "apart.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
}

static void second(void) {
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_sec += 1;
  pthread_mutex_lock(&b);
  if (pthread_mutex_timedlock(&a, &soon) == 0) pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
