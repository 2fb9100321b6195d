// EXPECT: CLEAN
// WHY: both threads take the spinlocks in the same order.

#include "apart.h"

static pthread_spinlock_t a;
static pthread_spinlock_t b;

static void first(void) {
  pthread_spin_lock(&a);
  pthread_spin_lock(&b);
  pthread_spin_unlock(&b);
  pthread_spin_unlock(&a);
}

static void second(void) {
  pthread_spin_lock(&a);
  pthread_spin_lock(&b);
  pthread_spin_unlock(&b);
  pthread_spin_unlock(&a);
}

int main(void) {
  pthread_spin_init(&a, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_init(&b, PTHREAD_PROCESS_PRIVATE);
  run_apart(first, second);
  return 0;
}
