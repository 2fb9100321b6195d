// EXPECT: lock-order-inversion
// WHY: first() takes the mutex under the spinlock, second() the spinlock under the mutex.

#include "apart.h"
#include "own_spinlock.h"

static struct own_spinlock spin;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  own_spin_lock(&spin);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  own_spin_unlock(&spin);
}

static void second(void) {
  pthread_mutex_lock(&mutex);
  own_spin_lock(&spin);
  own_spin_unlock(&spin);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
