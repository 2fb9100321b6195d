// EXPECT: CLEAN
// WHY: the owner of a recursive lock of the program's own takes it again, and the order stays.

#include "../../lockdep/annotate.h"
#include "apart.h"

static char outer;
static char inner;

static void take_again(void) {
  lockdep_before_lock(&outer, LOCKDEP_WRITE);
  lockdep_before_lock(&inner, LOCKDEP_WRITE);
  lockdep_before_lock(&outer, LOCKDEP_WRITE);
  lockdep_before_unlock(&outer);
  lockdep_before_unlock(&inner);
  lockdep_before_unlock(&outer);
}

int main(void) {
  lockdep_created(&outer, LOCKDEP_RECURSIVE, "outer");
  lockdep_created(&inner, LOCKDEP_MUTEX, "inner");
  run_apart(take_again, take_again);
  lockdep_destroyed(&inner);
  lockdep_destroyed(&outer);
  return 0;
}
