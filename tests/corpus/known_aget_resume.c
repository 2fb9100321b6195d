// EXPECT: lock-order-inversion
// WHY: downloading logs under the count, saving counts under the log.

#include "apart.h"

// After the shape of aget: threads add to the count of bytes under its mutex and log
// there, and what saves the state for a resume holds the log and reads the count.
static pthread_mutex_t bwritten_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static long bwritten;

static void first(void) {
  pthread_mutex_lock(&bwritten_mutex);
  bwritten += 1024;
  pthread_mutex_lock(&log_mutex);
  pthread_mutex_unlock(&log_mutex);
  pthread_mutex_unlock(&bwritten_mutex);
}

static void second(void) {
  pthread_mutex_lock(&log_mutex);
  pthread_mutex_lock(&bwritten_mutex);
  bwritten = 0;
  pthread_mutex_unlock(&bwritten_mutex);
  pthread_mutex_unlock(&log_mutex);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
