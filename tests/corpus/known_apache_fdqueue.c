// EXPECT: lock-order-inversion
// WHY: handing over takes the queue and then the pool, recycling the pool and then the queue.

#include "apart.h"

// After the shape of the Apache worker queue: the listener takes the queue to hand a
// connection over and then the pool to recycle, a worker recycles under the pool.
static pthread_mutex_t one_big_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t pool_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&one_big_mutex);
  pthread_mutex_lock(&pool_mutex);
  pthread_mutex_unlock(&pool_mutex);
  pthread_cond_signal(&not_empty);
  pthread_mutex_unlock(&one_big_mutex);
}

static void second(void) {
  pthread_mutex_lock(&pool_mutex);
  pthread_mutex_lock(&one_big_mutex);
  pthread_cond_broadcast(&not_empty);
  pthread_mutex_unlock(&one_big_mutex);
  pthread_mutex_unlock(&pool_mutex);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
