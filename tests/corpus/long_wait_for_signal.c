// EXPECT: CLEAN
// WHY: everybody waits for a while, but a time limit lets one of them go on and signal.

#include <time.h>

#include "apart.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static int is_ready;

static void first(void) {
  pthread_mutex_lock(&mutex);
  while (!is_ready) pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
}

static void second(void) {
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_sec += 1;
  pthread_mutex_lock(&mutex);
  pthread_cond_timedwait(&never, &mutex, &soon);
  is_ready = 1;
  pthread_cond_signal(&condition);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
