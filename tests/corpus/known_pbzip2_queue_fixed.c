// EXPECT: CLEAN
// WHY: a consumer releases the queue before it asks for the output.

#include "apart.h"

static pthread_mutex_t queue_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t output_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&queue_mutex);
  pthread_cond_signal(&not_full);
  pthread_mutex_unlock(&queue_mutex);
  pthread_mutex_lock(&output_mutex);
  pthread_mutex_unlock(&output_mutex);
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
