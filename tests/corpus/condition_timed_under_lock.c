// EXPECT: CLEAN
// WHY: who should signal needs the outer lock, but the wait under it ends by itself.

#include <time.h>

#include "apart.h"

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void first(void) {
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_sec += 1;
  pthread_mutex_lock(&outer);
  pthread_mutex_lock(&inner);
  pthread_cond_timedwait(&changed, &inner, &soon);
  pthread_mutex_unlock(&inner);
  pthread_mutex_unlock(&outer);
}

static void second(void) {
  pthread_mutex_lock(&outer);
  pthread_mutex_lock(&inner);
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&inner);
  pthread_mutex_unlock(&outer);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
