// A watched absl::Mutex, with its interface.  Use it where the program says
// absl::Mutex, and lockdep::AbslMutexLock where it says absl::MutexLock.
//
// Abseil's readers wait behind writers that queue, so reads are plain ones.
// Waiting for a condition gives the mutex up and takes it again: what is held
// beside it is then held while it is waited for, and counts as such.
//
// Abseil's own check for cycles ends a program that was built without NDEBUG:
// absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore) leaves them
// to this one.
//
// Thread safety: as absl::Mutex.

#ifndef LOCKDEP_CXX_ABSL_MUTEX_H_
#define LOCKDEP_CXX_ABSL_MUTEX_H_

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lockdep/cxx/thread_annotations.h"
#include "lockdep/cxx/watched_lock.h"

namespace lockdep {

class LOCKDEP_CAPABILITY("mutex") AbslMutex {
 public:
  explicit AbslMutex(const char* name = nullptr) : watched_(name, LOCKDEP_KIND_RWLOCK) {}

  void Lock() LOCKDEP_ACQUIRE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kWrite);
    base_.Lock();
  }
  void Unlock() LOCKDEP_RELEASE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Releases();
    base_.Unlock();
  }
  bool TryLock() LOCKDEP_TRY_ACQUIRE(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return watched_.Tried(WatchedLock::kWrite, base_.TryLock());
  }
  void WriterLock() LOCKDEP_ACQUIRE() { Lock(); }
  void WriterUnlock() LOCKDEP_RELEASE() { Unlock(); }
  bool WriterTryLock() LOCKDEP_TRY_ACQUIRE(true) { return TryLock(); }

  void ReaderLock() LOCKDEP_ACQUIRE_SHARED() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kRead);
    base_.ReaderLock();
  }
  void ReaderUnlock() LOCKDEP_RELEASE_SHARED() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Releases();
    base_.ReaderUnlock();
  }
  bool ReaderTryLock() LOCKDEP_TRY_ACQUIRE_SHARED(true) LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    return watched_.Tried(WatchedLock::kRead, base_.ReaderTryLock());
  }

  void LockWhen(const absl::Condition& condition)
      LOCKDEP_ACQUIRE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kWrite);
    base_.LockWhen(condition);
  }
  void ReaderLockWhen(const absl::Condition& condition)
      LOCKDEP_ACQUIRE_SHARED() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kRead);
    base_.ReaderLockWhen(condition);
  }
  // The mutex is held for writing.
  void Await(const absl::Condition& condition) {
    TakeAgain();
    base_.Await(condition);
  }
  bool AwaitWithTimeout(const absl::Condition& condition, absl::Duration timeout) {
    TakeAgain();
    return base_.AwaitWithTimeout(condition, timeout);
  }

  void AssertHeld() const LOCKDEP_ASSERT_HELD(this) { watched_.AssertHeld(WatchedLock::kWrite); }
  void AssertReaderHeld() const LOCKDEP_ASSERT_HELD_SHARED(this) {
    watched_.AssertHeld(WatchedLock::kRead);
  }

  // The names of the standard library, for std::lock_guard and std::shared_lock.
  void lock() LOCKDEP_ACQUIRE() { Lock(); }
  void unlock() LOCKDEP_RELEASE() { Unlock(); }
  bool try_lock() LOCKDEP_TRY_ACQUIRE(true) { return TryLock(); }
  void lock_shared() LOCKDEP_ACQUIRE_SHARED() { ReaderLock(); }
  void unlock_shared() LOCKDEP_RELEASE_SHARED() { ReaderUnlock(); }
  bool try_lock_shared() LOCKDEP_TRY_ACQUIRE_SHARED(true) { return ReaderTryLock(); }

 private:
  void TakeAgain() {
    watched_.Releases();
    watched_.Waits(WatchedLock::kWrite);
  }

  absl::Mutex base_;
  WatchedLock watched_;
};

// absl::MutexLock and absl::ReaderMutexLock take a pointer, and so do these.
class LOCKDEP_SCOPED_CAPABILITY [[nodiscard]] AbslMutexLock {
 public:
  explicit AbslMutexLock(AbslMutex* mutex) LOCKDEP_ACQUIRE(mutex) : mutex_(mutex) {
    mutex_->Lock();
  }
  ~AbslMutexLock() LOCKDEP_RELEASE() { mutex_->Unlock(); }
  AbslMutexLock(const AbslMutexLock&) = delete;
  AbslMutexLock& operator=(const AbslMutexLock&) = delete;

 private:
  AbslMutex* const mutex_;
};

class LOCKDEP_SCOPED_CAPABILITY [[nodiscard]] AbslReaderMutexLock {
 public:
  explicit AbslReaderMutexLock(AbslMutex* mutex) LOCKDEP_ACQUIRE_SHARED(mutex) : mutex_(mutex) {
    mutex_->ReaderLock();
  }
  ~AbslReaderMutexLock() LOCKDEP_RELEASE_GENERIC() { mutex_->ReaderUnlock(); }
  AbslReaderMutexLock(const AbslReaderMutexLock&) = delete;
  AbslReaderMutexLock& operator=(const AbslReaderMutexLock&) = delete;

 private:
  AbslMutex* const mutex_;
};

}  // namespace lockdep

#endif  // LOCKDEP_CXX_ABSL_MUTEX_H_
