// A futex lock that nobody interposes, with all signals blocked while it is
// held: a handler that takes a lock must not meet its own thread in here.

#ifndef LOCKDEP_INTERNAL_RAW_LOCK_H_
#define LOCKDEP_INTERNAL_RAW_LOCK_H_

#include <atomic>
#include <cstdint>

namespace lockdep::internal {

class RawLock {
 public:
  void Lock();
  void Unlock();

 private:
  std::atomic<uint32_t> state_{0};  // 0 free, 1 held, 2 held and waited for.
  uint64_t saved_signals_ = 0;      // The holder's signal mask.
};

class RawLockHolder {
 public:
  explicit RawLockHolder(RawLock& lock) : lock_(lock) { lock_.Lock(); }
  ~RawLockHolder() { lock_.Unlock(); }
  RawLockHolder(const RawLockHolder&) = delete;
  RawLockHolder& operator=(const RawLockHolder&) = delete;

 private:
  RawLock& lock_;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_RAW_LOCK_H_
