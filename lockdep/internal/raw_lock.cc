#include "lockdep/internal/raw_lock.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "lockdep/internal/blocked_signals.h"

namespace lockdep::internal {
namespace {

void Futex(std::atomic<uint32_t>* word, int operation, uint32_t value) {
  const int saved_errno = errno;
  syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, nullptr, nullptr, 0);
  errno = saved_errno;
}

}  // namespace

void RawLock::Lock() {
  const uint64_t signals = BlockAllSignals();
  uint32_t expected = 0;
  if (!state_.compare_exchange_strong(expected, 1, std::memory_order_acquire)) {
    while (state_.exchange(2, std::memory_order_acquire) != 0) Futex(&state_, FUTEX_WAIT, 2);
  }
  saved_signals_ = signals;
}

void RawLock::Unlock() {
  const uint64_t signals = saved_signals_;
  if (state_.exchange(0, std::memory_order_release) == 2) Futex(&state_, FUTEX_WAKE, 1);
  RestoreSignals(signals);
}

}  // namespace lockdep::internal
