// Guards that Clang's thread-safety analysis understands; std::lock_guard and its
// kin work too, but the analysis does not see through them.
//
// Thread safety: local variables.

#ifndef LOCKDEP_CXX_GUARDS_H_
#define LOCKDEP_CXX_GUARDS_H_

#include "lockdep/cxx/thread_annotations.h"

namespace lockdep {

// Holds a mutex for writing until the end of the scope.
template <typename Lockable>
class LOCKDEP_SCOPED_CAPABILITY [[nodiscard]] MutexLock {
 public:
  explicit MutexLock(Lockable& mutex) LOCKDEP_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() LOCKDEP_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Lockable& mutex_;
};

// Holds a shared mutex for reading until the end of the scope.
template <typename Lockable>
class LOCKDEP_SCOPED_CAPABILITY [[nodiscard]] ReaderLock {
 public:
  explicit ReaderLock(Lockable& mutex) LOCKDEP_ACQUIRE_SHARED(mutex) : mutex_(mutex) {
    mutex_.lock_shared();
  }
  ~ReaderLock() LOCKDEP_RELEASE_GENERIC() { mutex_.unlock_shared(); }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;

 private:
  Lockable& mutex_;
};

}  // namespace lockdep

#endif  // LOCKDEP_CXX_GUARDS_H_
