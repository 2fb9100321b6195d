// EXPECT: CLEAN
// WHY: the second thread only tries for a while it holds b, and so never waits.

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
  pthread_spin_lock(&b);
  if (pthread_spin_trylock(&a) == 0) pthread_spin_unlock(&a);
  pthread_spin_unlock(&b);
}

int main(void) {
  pthread_spin_init(&a, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_init(&b, PTHREAD_PROCESS_PRIVATE);
  run_apart(first, second);
  return 0;
}
