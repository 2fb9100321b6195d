// EXPECT: lock-order-inversion
// WHY: first() takes an account before a journal, second() another journal before another account.

#include "apart.h"
#include "own_spinlock.h"

static struct own_spinlock accounts[2];
static struct own_spinlock journals[2];

static void first(void) {
  own_spin_lock(&accounts[0]);
  own_spin_lock(&journals[0]);
  own_spin_unlock(&journals[0]);
  own_spin_unlock(&accounts[0]);
}

static void second(void) {
  own_spin_lock(&journals[1]);
  own_spin_lock(&accounts[1]);
  own_spin_unlock(&accounts[1]);
  own_spin_unlock(&journals[1]);
}

int main(void) {
  for (int i = 0; i < 2; ++i) {
    lockdep_created(&accounts[i], LOCKDEP_SPINLOCK, "account");
    lockdep_created(&journals[i], LOCKDEP_SPINLOCK, "journal");
  }
  run_apart(first, second);
  return 0;
}
