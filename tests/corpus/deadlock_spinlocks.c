// EXPECT: deadlock
// EXPECT: lock-order-inversion
// WHY: one thread has a spinlock and waits for the mutex of the other, which spins for that.

#include "apart.h"

static pthread_spinlock_t spin;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_spin_lock(&spin);
  meet(2);
  pthread_mutex_lock(&mutex);
}

static void second(void) {
  pthread_mutex_lock(&mutex);
  meet(2);
  pthread_spin_lock(&spin);
}

int main(void) {
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  run_apart(first, second);
  return 0;
}
