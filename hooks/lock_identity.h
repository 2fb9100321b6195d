// From a pthread object to the lock that the engine knows: when a lock begins
// and ends, which class it is of, and how its kind of lock is read.
//
// Every lock is a class of its own.  A static object is named by its address
// and stays the same lock however often it is initialised; any other is named
// by where it was initialised or, if it never was, first taken, and is a new
// lock after each initialisation.
//
// A lock ends when it is destroyed or initialised anew, when a lock of another
// kind is used at its address, or when one is used that overlaps it.
//
// Limits: free, munmap and the end of a stack frame are not seen.  A lock
// that lived there without a destroy call (std::mutex has none) hands its
// history on to the next lock of the same kind at exactly the same address.
//
// Thread safety: a look-up is lock-free and may run beside everything else.
// Beginning and ending one lock in two threads at once is the program's error;
// it costs at most the lock's history.

#ifndef LOCKDEP_HOOKS_LOCK_IDENTITY_H_
#define LOCKDEP_HOOKS_LOCK_IDENTITY_H_

#include <pthread.h>

#include <atomic>
#include <cstdint>

#include "hooks/shadow.h"
#include "hooks/thread_context.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

enum class LockType : uint8_t { kMutex, kRwLock };

// What a hook knows of the lock that it was called for.
struct LockReference {
  const void* address;
  LockType type;
  LockKind kind;
};

struct LockRecord {
  LockMap map;
  LockType type;
};
static_assert(sizeof(LockRecord) <= kCellSize);

class LockTable {
 public:
  // Returns false when there is no address space for it.
  bool Map() { return shadow_.Map(); }

  // Returns the lock, or null if it is not known yet.
  LockRecord* Find(const LockReference& lock) const {
    const Shadow::Slot* slot = shadow_.Find(reinterpret_cast<uintptr_t>(lock.address));
    if (slot == nullptr) [[unlikely]]
      return nullptr;
    LockRecord* record = slot->load(std::memory_order_acquire);
    if (record == nullptr || record->map.address != lock.address || record->type != lock.type)
        [[unlikely]] {
      return nullptr;
    }
    return record;
  }

  // Makes the lock, known from `site` on, and ends what it overlaps.  Returns
  // null when memory ended or the address is out of the shadow's reach.
  LockRecord* Begin(ThreadState& thread, const LockReference& lock, ClassOrigin origin,
                    uintptr_t site);

  // Ends the lock; its record may be used again for another one.
  void End(ThreadState& thread, LockRecord* record);

  uint64_t locks_begun() const { return locks_begun_.load(std::memory_order_relaxed); }
  uint64_t locks_missed() const { return locks_missed_.load(std::memory_order_relaxed); }

 private:
  void EndOverlapping(ThreadState& thread, uintptr_t address, size_t size);

  Shadow shadow_;
  // Counters and numbers only: nothing is ordered by them.
  std::atomic<uint64_t> locks_begun_{0};
  std::atomic<uint64_t> locks_missed_{0};
};

// Whether the address is inside an executable or a library.  Asked without the
// loader's locks: a thread may hold them while it waits for one of the program's.
bool IsStatic(const void* address);

// How a reader of this lock waits.  glibc's default lets readers pass waiting
// writers, and so does PREFER_WRITER_NP: both are recursive reads.
inline ReadMode ReadModeOf(const pthread_rwlock_t* rwlock) {
  return rwlock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP
             ? ReadMode::kRead
             : ReadMode::kRecursiveRead;
}

// glibc's mutex type is the low bits of a word that also says "robust" (16)
// and "priority inheritance" (32).
inline constexpr int kRobustMutex = 16;
inline constexpr int kInheritMutex = 32;

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

#endif  // LOCKDEP_HOOKS_LOCK_IDENTITY_H_
