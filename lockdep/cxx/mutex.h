// Watched mutexes: std::mutex and its kin, with the same interface.
//
// Thread safety: as the mutexes that they are made of.

#ifndef LOCKDEP_CXX_MUTEX_H_
#define LOCKDEP_CXX_MUTEX_H_

#include <mutex>

#include "lockdep/cxx/thread_annotations.h"
#include "lockdep/cxx/watched_lock.h"

namespace lockdep {

// Any mutex with lock(), try_lock() and unlock(), and what it has of the timed
// ones.
template <typename Base>
class LOCKDEP_CAPABILITY("mutex") BasicMutex {
 public:
  // See WatchedLock for the name.
  constexpr explicit BasicMutex(const char* name = nullptr) : watched_(name, LOCKDEP_KIND_MUTEX) {}

  void lock() LOCKDEP_ACQUIRE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kWrite);
    watched_.WaitWith([this] { return base_.try_lock(); }, [this] { base_.lock(); });
  }
  // Under another lock of the same name, where their order is known some other
  // way: `level` is 1 for the first one inside, and at most 7.
  void lock_nested(unsigned level) LOCKDEP_ACQUIRE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kWrite, level);
    watched_.WaitWith([this] { return base_.try_lock(); }, [this] { base_.lock(); });
  }
  bool try_lock() LOCKDEP_TRY_ACQUIRE(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return watched_.Tried(WatchedLock::kWrite, base_.try_lock());
  }
  template <typename Duration>
  bool try_lock_for(const Duration& duration)
      LOCKDEP_TRY_ACQUIRE(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return watched_.Tried(WatchedLock::kWrite, base_.try_lock_for(duration));
  }
  template <typename Time>
  bool try_lock_until(const Time& time)
      LOCKDEP_TRY_ACQUIRE(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return watched_.Tried(WatchedLock::kWrite, base_.try_lock_until(time));
  }
  void unlock() LOCKDEP_RELEASE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Releases();
    base_.unlock();
  }

  // Reports it if this thread does not hold the mutex.
  void AssertHeld() const LOCKDEP_ASSERT_HELD(this) { watched_.AssertHeld(WatchedLock::kWrite); }

  // How long locks of its class were held and waited for (lock_stat.h).
  lockdep_class_times Times() const { return watched_.Times(); }

 private:
  Base base_;
  WatchedLock watched_;
};

// A mutex that its owner may take again: only the first and the last count.
template <typename Base>
class LOCKDEP_CAPABILITY("mutex") BasicRecursiveMutex {
 public:
  explicit BasicRecursiveMutex(const char* name = nullptr)
      : watched_(name, LOCKDEP_KIND_RECURSIVE_MUTEX) {}

  void lock() LOCKDEP_ACQUIRE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    if (!watched_.IsHeld()) watched_.Waits(WatchedLock::kWrite);
    watched_.WaitWith([this] { return base_.try_lock(); }, [this] { base_.lock(); });
    ++depth_;
  }
  bool try_lock() LOCKDEP_TRY_ACQUIRE(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return Tried(base_.try_lock());
  }
  template <typename Duration>
  bool try_lock_for(const Duration& duration)
      LOCKDEP_TRY_ACQUIRE(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return Tried(base_.try_lock_for(duration));
  }
  template <typename Time>
  bool try_lock_until(const Time& time)
      LOCKDEP_TRY_ACQUIRE(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return Tried(base_.try_lock_until(time));
  }
  void unlock() LOCKDEP_RELEASE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    if (depth_ <= 1) watched_.Releases();
    if (depth_ != 0) --depth_;
    base_.unlock();
  }

  void AssertHeld() const LOCKDEP_ASSERT_HELD(this) { watched_.AssertHeld(WatchedLock::kWrite); }

  // How long locks of its class were held and waited for (lock_stat.h).
  lockdep_class_times Times() const { return watched_.Times(); }

 private:
  bool Tried(bool succeeded) {
    if (!succeeded) return false;
    if (depth_++ == 0) watched_.Tried(WatchedLock::kWrite, true);
    return true;
  }

  Base base_;
  WatchedLock watched_;
  unsigned depth_ = 0;  // Guarded by base_.
};

using Mutex = BasicMutex<std::mutex>;
using TimedMutex = BasicMutex<std::timed_mutex>;
using RecursiveMutex = BasicRecursiveMutex<std::recursive_mutex>;
using RecursiveTimedMutex = BasicRecursiveMutex<std::recursive_timed_mutex>;

}  // namespace lockdep

#endif  // LOCKDEP_CXX_MUTEX_H_
