#include "lockdep/internal/blocked_signals.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace lockdep::internal {

// The kernel's signal set is 64 bits; libc's larger one would need its wrapper,
// which refuses to block the signals that libc itself uses.
uint64_t BlockAllSignals() {
  const uint64_t all = ~uint64_t{0};
  uint64_t before = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof(all));
  return before;
}

void RestoreSignals(uint64_t mask) {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, sizeof(mask));
}

}  // namespace lockdep::internal
