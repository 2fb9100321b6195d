// Locks that programs tell of themselves: by lockdep/annotate.h, and by what they call for
// ThreadSanitizer and for the race detectors before it.
//
// The latter calls go on to whoever else listens: the runtime of ThreadSanitizer, if the
// program has one.  Those that only say "acquired" are taken for a wait that is over.

#include "hooks/annotated_locks.h"
#include "hooks/exported.h"
#include "hooks/real.h"

using lockdep::ReadMode;
using lockdep::hooks::AnnotationScope;
namespace real = lockdep::hooks::real;

namespace {

// As sanitizer/tsan_interface.h numbers them.
constexpr unsigned kWriteReentrant = 1u << 1;
constexpr unsigned kReadReentrant = 1u << 2;
constexpr unsigned kReadLock = 1u << 3;
constexpr unsigned kTryLock = 1u << 4;
constexpr unsigned kTryLockFailed = 1u << 5;

int KindOf(unsigned flags) {
  return (flags & kWriteReentrant) != 0 ? LOCKDEP_RECURSIVE : LOCKDEP_MUTEX;
}

ReadMode ModeOf(unsigned flags) {
  if ((flags & kReadLock) == 0) return ReadMode::kWrite;
  return (flags & kReadReentrant) != 0 ? ReadMode::kRecursiveRead : ReadMode::kRead;
}

ReadMode ModeOf(int how) {
  switch (how) {
    case LOCKDEP_READ:
      return ReadMode::kRead;
    case LOCKDEP_READ_RECURSIVE:
      return ReadMode::kRecursiveRead;
    default:
      return ReadMode::kWrite;
  }
}

}  // namespace

EXPORTED void lockdep_annotate(int event, const volatile void* address, int how, const char* name) {
  AnnotationScope scope(LOCKDEP_HOOK_CALLER());
  const void* lock = const_cast<const void*>(address);
  switch (event) {
    case LOCKDEP_CREATED:
      return scope.Created(lock, how, name);
    case LOCKDEP_DESTROYED:
      return scope.Destroyed(lock);
    case LOCKDEP_BEFORE_LOCK:
      return scope.BeforeLock(lock, ModeOf(how));
    case LOCKDEP_NOT_TAKEN:
      return scope.NotTaken(lock);
    case LOCKDEP_TAKEN:
      return scope.Taken(lock, ModeOf(how));
    case LOCKDEP_BEFORE_UNLOCK:
      return scope.BeforeUnlock(lock);
    default:
      return;  // Of a later version of the header.
  }
}

EXPORTED void __tsan_mutex_create(void* lock, unsigned flags) {
  AnnotationScope(LOCKDEP_HOOK_CALLER()).Created(lock, KindOf(flags), nullptr);
  real::__tsan_mutex_create(lock, flags);
}

EXPORTED void __tsan_mutex_destroy(void* lock, unsigned flags) {
  AnnotationScope(LOCKDEP_HOOK_CALLER()).Destroyed(lock);
  real::__tsan_mutex_destroy(lock, flags);
}

EXPORTED void __tsan_mutex_pre_lock(void* lock, unsigned flags) {
  if ((flags & kTryLock) == 0) {
    AnnotationScope(LOCKDEP_HOOK_CALLER()).BeforeLock(lock, ModeOf(flags));
  }
  real::__tsan_mutex_pre_lock(lock, flags);
}

EXPORTED void __tsan_mutex_post_lock(void* lock, unsigned flags, int recursion) {
  if ((flags & (kTryLock | kTryLockFailed)) == kTryLock) {
    AnnotationScope(LOCKDEP_HOOK_CALLER()).Taken(lock, ModeOf(flags));
  } else if ((flags & kTryLock) == 0) {
    AnnotationScope::AfterLock();
  }
  real::__tsan_mutex_post_lock(lock, flags, recursion);
}

EXPORTED int __tsan_mutex_pre_unlock(void* lock, unsigned flags) {
  AnnotationScope(LOCKDEP_HOOK_CALLER()).BeforeUnlock(lock);
  return real::__tsan_mutex_pre_unlock(lock, flags);
}

EXPORTED void AnnotateRWLockCreate(const char* file, int line, const volatile void* lock) {
  AnnotationScope(LOCKDEP_HOOK_CALLER())
      .Created(const_cast<const void*>(lock), LOCKDEP_RWLOCK, nullptr);
  real::AnnotateRWLockCreate(file, line, lock);
}

EXPORTED void AnnotateRWLockDestroy(const char* file, int line, const volatile void* lock) {
  AnnotationScope(LOCKDEP_HOOK_CALLER()).Destroyed(const_cast<const void*>(lock));
  real::AnnotateRWLockDestroy(file, line, lock);
}

EXPORTED void AnnotateRWLockAcquired(const char* file, int line, const volatile void* lock,
                                     long is_write) {
  AnnotationScope(LOCKDEP_HOOK_CALLER())
      .Waited(const_cast<const void*>(lock), is_write != 0 ? ReadMode::kWrite : ReadMode::kRead);
  real::AnnotateRWLockAcquired(file, line, lock, is_write);
}

EXPORTED void AnnotateRWLockReleased(const char* file, int line, const volatile void* lock,
                                     long is_write) {
  AnnotationScope(LOCKDEP_HOOK_CALLER()).BeforeUnlock(const_cast<const void*>(lock));
  real::AnnotateRWLockReleased(file, line, lock, is_write);
}
