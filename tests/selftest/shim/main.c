// Runs the kernel's suite.  Exit status: 0 whatever its verdicts are, 1 if a
// condition that must hold beside them did not.

#include <linux/lockdep.h>

void locking_selftest(void);

int main(void) {
  lockdep_init();
  locking_selftest();
  fflush(stdout);
  return shim_warnings == 0 ? 0 : 1;
}
