// EXPECT: deadlock
// EXPECT: lock-order-inversion
// SAYS: waits for a mutex of thread
// SAYS: which waits for an annotated lock of thread
// WHY: one thread turns round a spinlock of the program's own, whose holder waits for the mutex of
// the first.

#include "apart.h"
#include "own_spinlock.h"

static struct own_spinlock own;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* first(void* unused) {
  pthread_mutex_lock(&mutex);
  meet(2);
  own_spin_lock(&own);
  return unused;
}

static void* second(void* unused) {
  own_spin_lock(&own);
  meet(2);
  usleep(100 * 1000);
  pthread_mutex_lock(&mutex);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, first, NULL);
  pthread_create(&threads[1], NULL, second, NULL);
  sleep(20);
  return 0;
}
