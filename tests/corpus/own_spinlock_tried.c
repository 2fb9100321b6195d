// EXPECT: CLEAN
// WHY: second() only tries a while it holds b, and does without it otherwise.

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
  if (own_spin_trylock(&a)) own_spin_unlock(&a);
  own_spin_unlock(&b);
}

int main(void) {
  run_apart(first, second);
  return 0;
}
