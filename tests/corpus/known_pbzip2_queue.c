// EXPECT: lock-order-inversion
// WHY: a consumer asks for the output while it holds the queue, the writer for the queue while
// it holds the output.

#include "apart.h"

// After the shape of pbzip2: the writer of the output and the queue of the input
// each have a mutex, and the end of the work takes both.
static pthread_mutex_t queue_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t output_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&queue_mutex);
  pthread_cond_signal(&not_full);
  pthread_mutex_lock(&output_mutex);
  pthread_mutex_unlock(&output_mutex);
  pthread_mutex_unlock(&queue_mutex);
}

static void second(void) {
  pthread_mutex_lock(&output_mutex);
  pthread_mutex_lock(&queue_mutex);
  pthread_mutex_unlock(&queue_mutex);
  pthread_mutex_unlock(&output_mutex);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
