// EXPECT: lock-order-inversion
// WHY: the first thread has the spinlock of the program's own, and then not any more, for as long
// as the second one waits for its mutex, with the spinlock from then on: both come to their end.

#include "apart.h"
#include "own_spinlock.h"

static struct own_spinlock own;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&mutex);
  own_spin_lock(&own);
  own_spin_unlock(&own);
  usleep(900 * 1000);
  pthread_mutex_unlock(&mutex);
}

static void second(void) {
  own_spin_lock(&own);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  own_spin_unlock(&own);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
