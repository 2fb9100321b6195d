// A plain mutex that is free, taken in place: as libc does it, without the call.
//
// "Plain" is the kind that PTHREAD_MUTEX_INITIALIZER makes: private, not recursive, not
// checked, not elided.  Its state is three words that <pthread.h> declares: 1 in
// __lock where it is held and nobody waits, __owner, and __nusers for those who use it.
// What libc is loaded is not known here, so it is asked at the start: both ways are
// tried on a mutex of ours, and unless each understands what the other leaves, or
// if somebody else stands between us and libc, no mutex counts as plain.
//
// Whoever waits, and every release, goes by way of libc.
//
// Thread safety: as pthread_mutex_lock.

#ifndef LOCKDEP_HOOKS_PLAIN_MUTEX_H_
#define LOCKDEP_HOOKS_PLAIN_MUTEX_H_

#include <pthread.h>
#include <sys/types.h>

namespace lockdep::hooks {

// The kind of the mutexes that can be taken in place; one that none has before the start.
inline constexpr int kNoKind = -1;
extern constinit int plain_kind __attribute__((visibility("hidden")));

inline bool IsTakenInPlace(const pthread_mutex_t* mutex) {
  return mutex->__data.__kind == plain_kind;
}

// Returns whether it was free and is now the caller's, whose thread id is `self`.
// REQUIRES: IsTakenInPlace(mutex).
__attribute__((always_inline)) inline bool TakeInPlace(pthread_mutex_t* mutex, pid_t self) {
  int free = 0;
  if (!__atomic_compare_exchange_n(&mutex->__data.__lock, &free, 1, /*weak=*/false,
                                   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    return false;
  }
  mutex->__data.__owner = self;
  ++mutex->__data.__nusers;
  return true;
}

// Asks libc.  Called once, at the start, by a thread with this id.
void PrepareForPlainMutexes(pid_t self);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_PLAIN_MUTEX_H_
