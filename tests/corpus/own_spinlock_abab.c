// EXPECT: CLEAN
// WHY: both take a before b.

#include "apart.h"
#include "own_spinlock.h"

static struct own_spinlock a;
static struct own_spinlock b;

static void both(void) {
  own_spin_lock(&a);
  own_spin_lock(&b);
  own_spin_unlock(&b);
  own_spin_unlock(&a);
}

int main(void) {
  run_apart(both, both);
  return 0;
}
