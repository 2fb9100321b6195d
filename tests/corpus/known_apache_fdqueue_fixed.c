// EXPECT: CLEAN
// WHY: the queue is released before the pool is taken.

#include "apart.h"

static pthread_mutex_t one_big_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t pool_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&one_big_mutex);
  pthread_cond_signal(&not_empty);
  pthread_mutex_unlock(&one_big_mutex);
  pthread_mutex_lock(&pool_mutex);
  pthread_mutex_unlock(&pool_mutex);
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
