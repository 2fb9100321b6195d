// The engine's small vocabulary: strong ids and the ways a lock is taken.

#ifndef LOCKDEP_TYPES_H_
#define LOCKDEP_TYPES_H_

#include <cstdint>

namespace lockdep {

// Ids are dense, start at 1 and are never reused within one Validator.
enum class ClassId : uint32_t { kNone = 0 };
enum class StackId : uint32_t { kNone = 0 };
enum class ThreadId : uint32_t { kNone = 0 };

// How a lock is taken; the numbers are the kernel's `read` argument.  A
// recursive reader waits for a writer that holds the lock, never for one that
// only queues; a plain reader waits for both.
enum class ReadMode : uint8_t { kWrite = 0, kRead = 1, kRecursiveRead = 2 };

// A trylock cannot wait, so it adds no dependency towards itself.
enum class TryLock : uint8_t { kNo = 0, kYes = 1 };

// What kind of lock a class is, for wording and for reports only.
enum class LockKind : uint8_t {
  kUnknown,
  kMutex,
  kRecursiveMutex,
  kRwLock,
  kSpinLock,
  kRwSemaphore,
  kBitLock,
  kRefcount,  // A reference count with a writer's exclusion bit, such as vm_refcnt.
  kPseudo,    // No lock at all, but a section that orders like one.
};

// Subclasses tell nesting levels of one lock class apart.
inline constexpr unsigned kMaxSubclasses = 8;

}  // namespace lockdep

#endif  // LOCKDEP_TYPES_H_
