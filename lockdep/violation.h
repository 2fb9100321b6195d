// What the engine found, as plain data.  The engine never prints: a host or a
// report turns a Violation into words, and the host decides what happens next.

#ifndef LOCKDEP_VIOLATION_H_
#define LOCKDEP_VIOLATION_H_

#include <cstdint>
#include <span>

#include "lockdep/lock_class.h"
#include "lockdep/types.h"
#include "lockdep/usage.h"

namespace lockdep {

// Stable: the names are used in reports, baselines and suppressions.
#define LOCKDEP_VIOLATION_KINDS(X)                       \
  X(kLockOrderInversion, "lock-order-inversion")         \
  X(kRecursiveLock, "recursive-lock")                    \
  X(kReadRecursion, "read-recursion")                    \
  X(kInconsistentContext, "inconsistent-context")        \
  X(kContextInversion, "context-inversion")              \
  X(kInvalidWaitContext, "invalid-wait-context")         \
  X(kNestLockMissing, "nest-lock-missing")               \
  X(kUnlockUnheld, "unlock-unheld")                      \
  X(kUnlockByOtherThread, "unlock-by-other-thread")      \
  X(kPinViolated, "pin-violated")                        \
  X(kHeldLockDestroyed, "held-lock-destroyed")           \
  X(kHeldAtExit, "held-at-exit")                         \
  X(kDeclaredOrderViolation, "declared-order-violation") \
  X(kInvalidLockState, "invalid-lock-state")             \
  X(kUnprotectedAccess, "unprotected-access")            \
  X(kRcuUsage, "rcu-usage")                              \
  X(kPageTableRule, "page-table-rule")                   \
  X(kUndeclaredDependency, "undeclared-dependency")      \
  X(kDeadlock, "deadlock")                               \
  X(kModelCorruption, "model-corruption")                \
  X(kWaitWhileHolding, "wait-while-holding")

enum class ViolationKind : uint8_t {
#define LOCKDEP_X(name, text) name,
  LOCKDEP_VIOLATION_KINDS(LOCKDEP_X)
#undef LOCKDEP_X
};

// Confirmed: it happened.  Feasible: no exclusion applies.  Note: a named one does.
enum class Level : uint8_t { kNote, kFeasible, kConfirmed };

// "lock-order-inversion" and so on; never null.
const char* ToString(ViolationKind kind);
const char* ToString(Level level);
// "sleep" and so on; never null.
const char* ToString(WaitType type);

// One step of a cycle, or of what contradicts a declared order.
struct ViolationEdge {
  ClassId from = ClassId::kNone;
  ClassId to = ClassId::kNone;
  ReadMode from_mode = ReadMode::kWrite;
  ReadMode to_mode = ReadMode::kWrite;
  ThreadId thread = ThreadId::kNone;
  const void* from_lock = nullptr;
  const void* to_lock = nullptr;
  StackId from_stack = StackId::kNone;
  StackId to_stack = StackId::kNone;
  // Null when an execution showed this edge; else who declared it.
  const char* declaration = nullptr;
};

// A lock that the thread held when it happened, or the lock it is about.
struct ViolationLock {
  ClassId class_id = ClassId::kNone;
  ReadMode mode = ReadMode::kWrite;
  const void* address = nullptr;
  StackId stack = StackId::kNone;  // Where it was taken.
};

// One of those who wait for each other, as the host sees it: a thread, what it holds
// that others wait for (null: nothing), where it took that, what it waits for, where.
struct DeadlockedThread {
  ThreadId thread = ThreadId::kNone;
  const LockMap* holds = nullptr;
  ReadMode holds_mode = ReadMode::kWrite;
  std::span<const uintptr_t> taken_at = {};
  const LockMap* waits_for = nullptr;
  ReadMode waits_mode = ReadMode::kWrite;
  std::span<const uintptr_t> waits_at = {};
};

// How a class was used in a context, or held while the context was enabled.
struct ViolationUsage {
  ClassId class_id = ClassId::kNone;
  ReadMode mode = ReadMode::kWrite;
  ThreadId thread = ThreadId::kNone;
  const void* lock = nullptr;
  StackId stack = StackId::kNone;
};

// Why a finding has the level that it has: a stable word, and the class that it is
// about, if any.
struct ViolationReason {
  const char* text = nullptr;
  ClassId class_id = ClassId::kNone;
};

// The spans and strings live until the observer returns.
struct Violation {
  ViolationKind kind;
  Level level = Level::kFeasible;
  ThreadId thread = ThreadId::kNone;
  ThreadId owner = ThreadId::kNone;  // For kUnlockByOtherThread: who holds the lock.
  StackId stack = StackId::kNone;    // Where the thread was.
  // The lock that the event was about; kNone if it was about none.
  ViolationLock lock = {};
  // For order violations: the closed cycle, the new edge last.  See below for
  // the others.
  std::span<const ViolationEdge> edges = {};
  // For kInconsistentContext and kContextInversion: the context by the host's
  // name, the lock that is used there, and the one that is held while the
  // context is enabled.  `edges` leads from the first to the second; it is empty
  // when they are the same class.
  const char* context = nullptr;
  ViolationUsage used = {};
  ViolationUsage enabled = {};
  // For kInvalidWaitContext: how `lock` waits and the most that is allowed, by
  // the lock that `edges` starts at, or by the context if there is none.
  WaitType wait = WaitType::kUnchecked;
  WaitType wait_limit = WaitType::kAny;
  // Everything the thread held, oldest first.
  std::span<const ViolationLock> held = {};
  // The contexts that the thread ran in, and those that could interrupt it.
  ContextSet running_in = 0;
  ContextSet interruptible_by = 0;
  // For rules that a host states: what was broken ("vma->vm_flags") and the
  // rule with its source.  Null otherwise.
  const char* subject = nullptr;
  const char* rule = nullptr;
  // Of a host that grades; empty if the level needs no reason.
  std::span<const ViolationReason> reasons = {};
};

}  // namespace lockdep

#endif  // LOCKDEP_VIOLATION_H_
