// What a hook reads from the pthread object that it was called for: what kind of
// lock it is, how its readers wait, who owns it.
//
// Thread safety: reads what libc writes; the caller is about to use the object.

#ifndef LOCKDEP_HOOKS_LOCK_REFERENCE_H_
#define LOCKDEP_HOOKS_LOCK_REFERENCE_H_

#include <pthread.h>
#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lockdep/lockdep.h"

namespace lockdep::hooks {

enum class LockType : uint8_t { kMutex, kRwLock };

constexpr size_t SizeOf(LockType type) {
  return type == LockType::kMutex ? sizeof(pthread_mutex_t) : sizeof(pthread_rwlock_t);
}

inline constexpr size_t kLargestLock =
    std::max(SizeOf(LockType::kMutex), SizeOf(LockType::kRwLock));

struct LockReference {
  const void* address;
  LockType type;
  LockKind kind;
};

// How a reader of this lock waits.  glibc's default lets readers pass waiting
// writers, and so does PREFER_WRITER_NP: both are recursive reads.
inline ReadMode ReadModeOf(const pthread_rwlock_t* rwlock) {
  return rwlock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP
             ? ReadMode::kRead
             : ReadMode::kRecursiveRead;
}

// glibc's mutex type is the low bits of a word that says more than that.
inline constexpr int kRobustMutex = 16;
inline constexpr int kInheritMutex = 32;
inline constexpr int kSharedMutex = 128;  // Between processes.

inline int TypeOf(const pthread_mutex_t* mutex) { return mutex->__data.__kind & 3; }

inline bool IsRecursive(const pthread_mutex_t* mutex) {
  return TypeOf(mutex) == PTHREAD_MUTEX_RECURSIVE;
}

inline LockReference Refer(const pthread_mutex_t* mutex) {
  return {mutex, LockType::kMutex,
          IsRecursive(mutex) ? LockKind::kRecursiveMutex : LockKind::kMutex};
}

inline LockReference Refer(const pthread_rwlock_t* rwlock) {
  return {rwlock, LockType::kRwLock, LockKind::kRwLock};
}

// Robust and inheriting mutexes keep the owner in the lock word, where it also
// stands while the state is inconsistent after EOWNERDEAD.
inline bool IsOwnedBy(const pthread_mutex_t* mutex, pid_t thread) {
  constexpr int kThreadIdMask = 0x3fffffff;
  if ((mutex->__data.__kind & (kRobustMutex | kInheritMutex)) != 0) {
    return (mutex->__data.__lock & kThreadIdMask) == thread;
  }
  return mutex->__data.__owner == thread;
}

// Whether locking can neither wait nor begin to hold: the owner of a recursive
// mutex only counts, that of an error-checking one gets EDEADLK.
inline bool IsAnsweredAtOnce(const pthread_mutex_t* mutex, pid_t self) {
  const int type = TypeOf(mutex);
  return (type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK) &&
         IsOwnedBy(mutex, self);
}

// Whether the calling owner holds it more than once.
inline bool IsHeldAgain(const pthread_mutex_t* mutex, pid_t self) {
  return IsRecursive(mutex) && IsOwnedBy(mutex, self) && mutex->__data.__count > 1;
}

// Whether unlocking fails with EPERM unless the caller owns it.
inline bool RefusesStrangers(const pthread_mutex_t* mutex) {
  const int type = TypeOf(mutex);
  return type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK ||
         (mutex->__data.__kind & (kRobustMutex | kInheritMutex)) != 0;
}

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_LOCK_REFERENCE_H_
