// EXPECT: CLEAN
// WHY: each spins for long while the other one has the spinlock, but both go on.

#include "apart.h"

static pthread_spinlock_t spin;

static void hold(void) {
  pthread_spin_lock(&spin);
  usleep(600 * 1000);
  pthread_spin_unlock(&spin);
}

int main(void) {
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  run_apart(hold, hold);
  return 0;
}
