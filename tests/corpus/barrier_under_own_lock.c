// EXPECT: CLEAN
// WHY: each waits at the barrier under a mutex that nobody else takes.

#include <pthread.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;

static void* work(void* mutex) {
  pthread_mutex_lock(mutex);
  pthread_barrier_wait(&barrier);
  pthread_mutex_unlock(mutex);
  return NULL;
}

int main(void) {
  pthread_t threads[2];
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_create(&threads[0], NULL, work, &a);
  pthread_create(&threads[1], NULL, work, &b);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  pthread_barrier_destroy(&barrier);
  return 0;
}
