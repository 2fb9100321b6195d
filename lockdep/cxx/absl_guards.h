// The guards of Abseil for watched mutexes (absl_mutex.h): AbslMutexLock where the
// program says absl::MutexLock, and so on.  They take pointers, as Abseil's do.
//
// Thread safety: local variables.

#ifndef LOCKDEP_CXX_ABSL_GUARDS_H_
#define LOCKDEP_CXX_ABSL_GUARDS_H_

#include "absl/synchronization/mutex.h"
#include "lockdep/cxx/absl_mutex.h"
#include "lockdep/cxx/thread_annotations.h"

namespace lockdep {

class LOCKDEP_SCOPED_CAPABILITY [[nodiscard]] AbslMutexLock {
 public:
  explicit AbslMutexLock(AbslMutex* mutex) LOCKDEP_ACQUIRE(mutex) : mutex_(mutex) {
    mutex_->Lock();
  }
  AbslMutexLock(AbslMutex* mutex, const absl::Condition& condition) LOCKDEP_ACQUIRE(mutex)
      : mutex_(mutex) {
    mutex_->LockWhen(condition);
  }
  ~AbslMutexLock() LOCKDEP_RELEASE() { mutex_->Unlock(); }
  AbslMutexLock(const AbslMutexLock&) = delete;
  AbslMutexLock& operator=(const AbslMutexLock&) = delete;

 private:
  AbslMutex* const mutex_;
};

using AbslWriterMutexLock = AbslMutexLock;

class LOCKDEP_SCOPED_CAPABILITY [[nodiscard]] AbslReaderMutexLock {
 public:
  explicit AbslReaderMutexLock(AbslMutex* mutex) LOCKDEP_ACQUIRE_SHARED(mutex) : mutex_(mutex) {
    mutex_->ReaderLock();
  }
  AbslReaderMutexLock(AbslMutex* mutex, const absl::Condition& condition)
      LOCKDEP_ACQUIRE_SHARED(mutex)
      : mutex_(mutex) {
    mutex_->ReaderLockWhen(condition);
  }
  ~AbslReaderMutexLock() LOCKDEP_RELEASE_GENERIC() { mutex_->ReaderUnlock(); }
  AbslReaderMutexLock(const AbslReaderMutexLock&) = delete;
  AbslReaderMutexLock& operator=(const AbslReaderMutexLock&) = delete;

 private:
  AbslMutex* const mutex_;
};

// May be given no mutex.
class LOCKDEP_SCOPED_CAPABILITY [[nodiscard]] AbslMutexLockMaybe {
 public:
  explicit AbslMutexLockMaybe(AbslMutex* mutex) LOCKDEP_ACQUIRE(mutex) : mutex_(mutex) {
    if (mutex_ != nullptr) mutex_->Lock();
  }
  ~AbslMutexLockMaybe() LOCKDEP_RELEASE() {
    if (mutex_ != nullptr) mutex_->Unlock();
  }
  AbslMutexLockMaybe(const AbslMutexLockMaybe&) = delete;
  AbslMutexLockMaybe& operator=(const AbslMutexLockMaybe&) = delete;

 private:
  AbslMutex* const mutex_;
};

// May be released before the end of the scope, once.
class LOCKDEP_SCOPED_CAPABILITY [[nodiscard]] AbslReleasableMutexLock {
 public:
  explicit AbslReleasableMutexLock(AbslMutex* mutex) LOCKDEP_ACQUIRE(mutex) : mutex_(mutex) {
    mutex_->Lock();
  }
  ~AbslReleasableMutexLock() LOCKDEP_RELEASE() {
    if (mutex_ != nullptr) mutex_->Unlock();
  }
  AbslReleasableMutexLock(const AbslReleasableMutexLock&) = delete;
  AbslReleasableMutexLock& operator=(const AbslReleasableMutexLock&) = delete;

  void Release() LOCKDEP_RELEASE() {
    mutex_->Unlock();
    mutex_ = nullptr;
  }

 private:
  AbslMutex* mutex_;
};

}  // namespace lockdep

#endif  // LOCKDEP_CXX_ABSL_GUARDS_H_
