// EXPECT: CLEAN
// WHY: locks of one name are taken one upon the other, always in the order of the list.

#include "apart.h"
#include "own_spinlock.h"

enum { kNodes = 4 };
static struct own_spinlock nodes[kNodes];

static void walk(void) {
  own_spin_lock(&nodes[0]);
  for (int i = 1; i < kNodes; ++i) {
    own_spin_lock(&nodes[i]);
    own_spin_unlock(&nodes[i - 1]);
  }
  own_spin_unlock(&nodes[kNodes - 1]);
}

int main(void) {
  for (int i = 0; i < kNodes; ++i) lockdep_created(&nodes[i], LOCKDEP_SPINLOCK, "node");
  run_apart(walk, walk);
  return 0;
}
