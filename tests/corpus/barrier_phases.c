// EXPECT: CLEAN
// NOTE: lock-order-inversion ordered-by-barrier
// WHY: one takes a before b until the barrier, the other b before a from there on.

#include <pthread.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;

static void take_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void* before(void* unused) {
  take_both(&a, &b);
  pthread_barrier_wait(&barrier);
  return unused;
}

static void* after(void* unused) {
  pthread_barrier_wait(&barrier);
  take_both(&b, &a);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_create(&threads[0], NULL, before, NULL);
  pthread_create(&threads[1], NULL, after, NULL);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  pthread_barrier_destroy(&barrier);
  return 0;
}
