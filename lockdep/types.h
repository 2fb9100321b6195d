// The engine's small vocabulary: strong ids and the ways a lock is taken.

#ifndef LOCKDEP_TYPES_H_
#define LOCKDEP_TYPES_H_

#include <cstdint>

namespace lockdep {

// Ids are dense, start at 1 and are never reused within one Validator.
enum class ClassId : uint32_t { kNone = 0 };
enum class StackId : uint32_t { kNone = 0 };
enum class ThreadId : uint32_t { kNone = 0 };
enum class ContextId : uint32_t { kPlain = 0 };  // An interned ContextState.

// How a lock is taken; the numbers are the kernel's `read` argument.  A
// recursive reader waits for a writer that holds the lock, never for one that
// only queues; a plain reader waits for both.
enum class ReadMode : uint8_t { kWrite = 0, kRead = 1, kRecursiveRead = 2 };

// A trylock cannot wait, so it adds no dependency towards itself.
enum class TryLock : uint8_t { kNo = 0, kYes = 1 };

// Whether an acquisition takes part in the rules.  With kNone the lock is held,
// and seen by IsHeld, but no dependency starts or ends at it (the kernel's
// `check` argument and its novalidate class).
enum class Check : uint8_t { kFull = 0, kNone = 1 };

// How a lock may wait, strictest first; the numbers are the kernel's
// lockdep_wait_type.  A lock that waits in one way must not be taken under a
// lock, or in a context, that allows only stricter ones.
enum class WaitType : uint8_t {
  kUnchecked = 0,  // Takes no part in the rule.
  kFree = 1,       // Never waits: RCU read sections.
  kSpin = 2,       // Spins with preemption off: raw spinlocks.
  kConfig = 3,     // Spins, or sleeps where the kernel is preemptible: spinlocks.
  kSleep = 4,      // Sleeps: mutexes.
  kAny = 5,        // No limit.
};

// What a lock map stands for; the numbers are the kernel's lockdep_lock_type.
enum class LockRole : uint8_t {
  kLock = 0,
  kPerCpu = 1,        // A local lock: orders nothing across contexts.
  kWaitOverride = 2,  // No lock: replaces the wait type that those before it allow.
};

// What kind of lock a class is, for wording and for reports only.
enum class LockKind : uint8_t {
  kUnknown,
  kMutex,
  kRecursiveMutex,
  kRwLock,
  kSpinLock,
  kRwSemaphore,
  kBitLock,
  kRefcount,         // A reference count with a writer's exclusion bit, such as vm_refcnt.
  kPseudo,           // No lock at all, but a section that orders like one.
  kBinarySemaphore,  // A semaphore that the thread which waited posts: a lock.
  kOnce,             // Code that runs once while others wait: pthread_once, static guards.
  kFileLock,
  kStream,  // The lock of a stdio stream.
  kLoader,  // What dlopen holds while it runs constructors.
  // No locks: they are waited for, and what a thread holds that ends the wait is
  // what the wait depends on (Validator::Wake).
  kSemaphore,
  kCondition,
  kBarrier,
  kThread,  // Its end, waited for by join.
};

inline constexpr LockKind kLastLockKind = LockKind::kThread;

// Whether a cycle over it is one of waiting, and not of locks alone.
constexpr bool IsWait(LockKind kind) {
  return kind == LockKind::kOnce || (kind >= LockKind::kSemaphore && kind <= kLastLockKind);
}

// Subclasses tell nesting levels of one lock class apart; the kernel has 8.
inline constexpr unsigned kMaxSubclasses = 256;

}  // namespace lockdep

#endif  // LOCKDEP_TYPES_H_
