// No signal handler runs in this thread while one of these lives.
//
// Cost: two system calls.  Thread safety: of the calling thread; errno is kept.

#ifndef LOCKDEP_INTERNAL_BLOCKED_SIGNALS_H_
#define LOCKDEP_INTERNAL_BLOCKED_SIGNALS_H_

#include <cstdint>

namespace lockdep::internal {

// Blocks all signals, and returns the mask for RestoreSignals.
uint64_t BlockAllSignals();
void RestoreSignals(uint64_t mask);

class BlockedSignals {
 public:
  // Does nothing if `is_needed` is false.
  explicit BlockedSignals(bool is_needed = true)
      : is_needed_(is_needed), mask_(is_needed ? BlockAllSignals() : 0) {}
  ~BlockedSignals() {
    if (is_needed_) RestoreSignals(mask_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  const bool is_needed_;
  const uint64_t mask_;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_BLOCKED_SIGNALS_H_
