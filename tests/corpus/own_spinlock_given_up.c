// EXPECT: CLEAN
// WHY: second() gives up waiting for a at once, and takes b without it.

#include "apart.h"
#include "own_spinlock.h"

static struct own_spinlock a;
static struct own_spinlock b;

static void first(void) {
  own_spin_lock(&a);
  own_spin_lock(&b);
  own_spin_unlock(&b);
  own_spin_unlock(&a);
}

static void second(void) {
  lockdep_before_lock(&a, LOCKDEP_WRITE);
  lockdep_not_taken(&a);
  own_spin_lock(&b);
  own_spin_unlock(&b);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
