// A watched absl::Mutex and absl::CondVar, with their interface.  Use them where the
// program says absl::Mutex and absl::CondVar, and the guards of absl_guards.h where it
// says absl::MutexLock.
//
// Abseil's readers wait behind writers that queue, so reads are plain ones.
// Waiting for a condition gives the mutex up and takes it again: what is held
// beside it is then held while it is waited for, and counts as such.
//
// Abseil's own check for cycles ends a program that was built without NDEBUG:
// absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore) leaves them
// to this one.
//
// Thread safety: as absl::Mutex and absl::CondVar.

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
  // For static ones, which other static objects may use.
  constexpr explicit AbslMutex(absl::ConstInitType, const char* name = nullptr)
      : base_(absl::kConstInit), watched_(name, LOCKDEP_KIND_RWLOCK) {}

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
  // Held afterwards, whether the condition came true (returned) or the time ran out.
  bool LockWhenWithTimeout(const absl::Condition& condition, absl::Duration timeout)
      LOCKDEP_ACQUIRE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kWrite);
    return base_.LockWhenWithTimeout(condition, timeout);
  }
  bool LockWhenWithDeadline(const absl::Condition& condition, absl::Time deadline)
      LOCKDEP_ACQUIRE() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kWrite);
    return base_.LockWhenWithDeadline(condition, deadline);
  }
  void ReaderLockWhen(const absl::Condition& condition)
      LOCKDEP_ACQUIRE_SHARED() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kRead);
    base_.ReaderLockWhen(condition);
  }
  bool ReaderLockWhenWithTimeout(const absl::Condition& condition, absl::Duration timeout)
      LOCKDEP_ACQUIRE_SHARED() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kRead);
    return base_.ReaderLockWhenWithTimeout(condition, timeout);
  }
  bool ReaderLockWhenWithDeadline(const absl::Condition& condition, absl::Time deadline)
      LOCKDEP_ACQUIRE_SHARED() LOCKDEP_NO_THREAD_SAFETY_ANALYSIS {
    watched_.Waits(WatchedLock::kRead);
    return base_.ReaderLockWhenWithDeadline(condition, deadline);
  }
  // The mutex is held, and is held in the same way afterwards.
  void Await(const absl::Condition& condition) {
    TakeAgain();
    base_.Await(condition);
  }
  bool AwaitWithTimeout(const absl::Condition& condition, absl::Duration timeout) {
    TakeAgain();
    return base_.AwaitWithTimeout(condition, timeout);
  }
  bool AwaitWithDeadline(const absl::Condition& condition, absl::Time deadline) {
    TakeAgain();
    return base_.AwaitWithDeadline(condition, deadline);
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
  friend class AbslCondVar;

  void TakeAgain() {
    const auto mode = watched_.IsHeldForReading() ? WatchedLock::kRead : WatchedLock::kWrite;
    watched_.Releases();
    watched_.Waits(mode);
  }

  absl::Mutex base_;
  WatchedLock watched_;
};

class AbslCondVar {
 public:
  // The mutex is held, and is held in the same way afterwards.
  void Wait(AbslMutex* mutex) {
    mutex->TakeAgain();
    base_.Wait(&mutex->base_);
  }
  // Return whether the time ran out.
  bool WaitWithTimeout(AbslMutex* mutex, absl::Duration timeout) {
    mutex->TakeAgain();
    return base_.WaitWithTimeout(&mutex->base_, timeout);
  }
  bool WaitWithDeadline(AbslMutex* mutex, absl::Time deadline) {
    mutex->TakeAgain();
    return base_.WaitWithDeadline(&mutex->base_, deadline);
  }
  void Signal() { base_.Signal(); }
  void SignalAll() { base_.SignalAll(); }

 private:
  absl::CondVar base_;
};

}  // namespace lockdep

#endif  // LOCKDEP_CXX_ABSL_MUTEX_H_
