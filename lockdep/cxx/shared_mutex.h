// Watched reader-writer mutexes: std::shared_mutex and its kin, with the same
// interface.
//
// A reader of glibc's shared mutex waits for a writer that holds it and not for
// one that queues, so reads count as recursive: a cycle that needs a queued writer
// is no finding.  The standard forbids a thread to read twice even so.
//
// Thread safety: as the mutexes that they are made of.

#ifndef LOCKDEP_CXX_SHARED_MUTEX_H_
#define LOCKDEP_CXX_SHARED_MUTEX_H_

#include <shared_mutex>

#include "lockdep/cxx/thread_annotations.h"
#include "lockdep/cxx/watched_lock.h"

namespace lockdep {

template <typename Base>
class LOCKDEP_CAPABILITY("shared_mutex") BasicSharedMutex {
 public:
  explicit BasicSharedMutex(const char* name = nullptr) : watched_(name, LOCKDEP_KIND_RWLOCK) {}

  void lock() LOCKDEP_ACQUIRE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kWrite);
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

  void lock_shared() LOCKDEP_ACQUIRE_SHARED() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kRecursiveRead);
    watched_.WaitWith([this] { return base_.try_lock_shared(); }, [this] { base_.lock_shared(); });
  }
  bool try_lock_shared() LOCKDEP_TRY_ACQUIRE_SHARED(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return watched_.Tried(WatchedLock::kRecursiveRead, base_.try_lock_shared());
  }
  template <typename Duration>
  bool try_lock_shared_for(const Duration& duration)
      LOCKDEP_TRY_ACQUIRE_SHARED(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return watched_.Tried(WatchedLock::kRecursiveRead, base_.try_lock_shared_for(duration));
  }
  template <typename Time>
  bool try_lock_shared_until(const Time& time)
      LOCKDEP_TRY_ACQUIRE_SHARED(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return watched_.Tried(WatchedLock::kRecursiveRead, base_.try_lock_shared_until(time));
  }
  void unlock_shared() LOCKDEP_RELEASE_SHARED() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Releases();
    base_.unlock_shared();
  }

  // Report it if this thread does not hold the mutex for writing, or at all.
  void AssertHeld() const LOCKDEP_ASSERT_HELD(this) { watched_.AssertHeld(WatchedLock::kWrite); }
  void AssertReaderHeld() const LOCKDEP_ASSERT_HELD_SHARED(this) {
    watched_.AssertHeld(WatchedLock::kRead);
  }

  // How long locks of its class were held and waited for (lock_stat.h).
  lockdep_class_times Times() const { return watched_.Times(); }

 private:
  Base base_;
  WatchedLock watched_;
};

using SharedMutex = BasicSharedMutex<std::shared_mutex>;
using SharedTimedMutex = BasicSharedMutex<std::shared_timed_mutex>;

}  // namespace lockdep

#endif  // LOCKDEP_CXX_SHARED_MUTEX_H_
