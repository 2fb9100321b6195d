// EXPECT: lock-order-inversion
// WHY: a mutex is taken under a spinlock, and elsewhere the spinlock under the mutex.

#include "apart.h"

static pthread_spinlock_t a;
static pthread_spinlock_t b;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_spin_lock(&a);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  pthread_spin_unlock(&a);
}

static void second(void) {
  pthread_mutex_lock(&m);
  pthread_spin_lock(&a);
  pthread_spin_unlock(&a);
  pthread_mutex_unlock(&m);
}

int main(void) {
  pthread_spin_init(&a, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_init(&b, PTHREAD_PROCESS_PRIVATE);
  run_apart(first, second);
  return 0;
}
