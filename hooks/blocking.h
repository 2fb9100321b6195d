// The real calls that may wait: a try first, which is all that a free lock needs,
// and only then the way that publishes the wait.
//
// Thread safety and errors: those of the functions.

#ifndef LOCKDEP_HOOKS_BLOCKING_H_
#define LOCKDEP_HOOKS_BLOCKING_H_

#include "hooks/lock_reference.h"
#include "hooks/real.h"
#include "hooks/waiting.h"

namespace lockdep::hooks {

// pthread_mutex_lock and so on, after a try in vain.
int LockSlowly(pthread_mutex_t* mutex, Caller caller);
// With a try of its own.
int RobustLock(pthread_mutex_t* mutex, Caller caller);
int ReadLockSlowly(pthread_rwlock_t* rwlock, Caller caller);
int WriteLockSlowly(pthread_rwlock_t* rwlock, Caller caller);

inline int RealLock(pthread_mutex_t* mutex, Caller caller) {
  if ((mutex->__data.__kind & kRobustMutex) != 0) [[unlikely]]
    return RobustLock(mutex, caller);
  const int result = real::pthread_mutex_trylock(mutex);
  if (result != EBUSY) [[likely]]
    return result;
  return LockSlowly(mutex, caller);
}

inline int RealReadLock(pthread_rwlock_t* rwlock, Caller caller) {
  const int result = real::pthread_rwlock_tryrdlock(rwlock);
  if (result != EBUSY) [[likely]]
    return result;
  return ReadLockSlowly(rwlock, caller);
}

inline int RealWriteLock(pthread_rwlock_t* rwlock, Caller caller) {
  const int result = real::pthread_rwlock_trywrlock(rwlock);
  if (result != EBUSY) [[likely]]
    return result;
  return WriteLockSlowly(rwlock, caller);
}

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_BLOCKING_H_
