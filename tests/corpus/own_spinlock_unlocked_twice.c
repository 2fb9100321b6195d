// EXPECT: unlock-unheld
// WHY: the spinlock is given back twice, the second time while nobody holds it.

#include "own_spinlock.h"

static struct own_spinlock lock;

int main(void) {
  own_spin_lock(&lock);
  own_spin_unlock(&lock);
  own_spin_unlock(&lock);
  return 0;
}
