// EXPECT: lock-order-inversion
// WHY: first() takes a before b, second() b before a; both are spinlocks of the program's own.

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
  own_spin_lock(&b);
  own_spin_lock(&a);
  own_spin_unlock(&a);
  own_spin_unlock(&b);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
