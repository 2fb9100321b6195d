// EXPECT: deadlock
// EXPECT: lock-order-inversion
// SAYS: waits for an annotated lock of thread
// SAYS: which waits for a mutex of thread
// WHY: the holder of the spinlock waits for the mutex already when the holder of the mutex begins
// to turn round the spinlock.

#include "apart.h"
#include "own_spinlock.h"

static struct own_spinlock own;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* first(void* unused) {
  own_spin_lock(&own);
  meet(2);
  pthread_mutex_lock(&mutex);
  return unused;
}

static void* second(void* unused) {
  pthread_mutex_lock(&mutex);
  meet(2);
  usleep(100 * 1000);
  own_spin_lock(&own);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, first, NULL);
  pthread_create(&threads[1], NULL, second, NULL);
  sleep(20);
  return 0;
}
