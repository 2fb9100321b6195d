// Contexts: what may interrupt a thread and take locks before it goes on, such
// as a hardirq, a softirq, a Unix signal.  The host gives each one a bit.
//
// A class is used in context c if it was taken by code that runs in c.  It is
// enabled for c if it was held while c could interrupt.  Code that runs in c may
// thus come between: an interruption is a dependency "enabled -> used", of kind
// (held Exclusive or Shared) x (taken Recursively or Not), and deadlocks when it
// closes a strong cycle.  So four sets for each class are all there is to know.
//
// Source: linux v6.12 kernel/locking/lockdep.c, mark_usage(), exclusive_mask(),
// usage_accumulate(), usage_match(); Documentation/locking/lockdep-design.rst,
// "State" and "Multi-lock dependency rules".  The letters are ours: the kernel
// sets reads apart from writes, and so tells a plain read from a recursive one
// in some orders of events only.

#ifndef LOCKDEP_USAGE_H_
#define LOCKDEP_USAGE_H_

#include <cstdint>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/class_array.h"
#include "lockdep/types.h"

namespace lockdep {

// Bit n stands for the host's context n.
using ContextSet = uint64_t;
inline constexpr int kMaxContextBits = 64;

enum class UsageKind : uint8_t {
  kUsed = 0,           // Taken in the context, not as a recursive reader.
  kUsedRecursive = 1,  // Taken in the context as a recursive reader.
  kEnabled = 2,        // Held exclusively while the context was enabled.
  kEnabledShared = 3,  // Held for reading while the context was enabled.
};
inline constexpr int kUsageKinds = 4;

constexpr UsageKind UsedKind(ReadMode mode) {
  return mode == ReadMode::kRecursiveRead ? UsageKind::kUsedRecursive : UsageKind::kUsed;
}
constexpr UsageKind EnabledKind(ReadMode mode) {
  return mode == ReadMode::kWrite ? UsageKind::kEnabled : UsageKind::kEnabledShared;
}
constexpr bool IsUsedKind(UsageKind kind) { return kind <= UsageKind::kUsedRecursive; }
// The weaker of its pair: it conflicts with nothing that the other one does not.
constexpr bool IsWeakKind(UsageKind kind) { return (static_cast<unsigned>(kind) & 1) != 0; }
constexpr UsageKind StrongKind(UsageKind kind) {
  return static_cast<UsageKind>(static_cast<unsigned>(kind) & ~1u);
}

struct UsageSets {
  ContextSet sets[kUsageKinds] = {};

  ContextSet& operator[](UsageKind kind) { return sets[static_cast<int>(kind)]; }
  ContextSet operator[](UsageKind kind) const { return sets[static_cast<int>(kind)]; }

  // Contexts whose code can wait for this class at the start of a path; if the
  // path leaves the class only as a shared holder, recursive readers cannot.
  ContextSet Used(bool leaves_shared) const {
    return (*this)[UsageKind::kUsed] | (leaves_shared ? 0 : (*this)[UsageKind::kUsedRecursive]);
  }
  // Contexts that can interrupt a holder of this class at the end of a path; if
  // the path arrives only as a recursive reader, the holder must be a writer.
  ContextSet Enabled(bool arrives_recursive) const {
    return (*this)[UsageKind::kEnabled] |
           (arrives_recursive ? 0 : (*this)[UsageKind::kEnabledShared]);
  }
  // The contexts in which a usage of this kind and one in these sets deadlock.
  ContextSet Against(UsageKind kind) const {
    return IsUsedKind(kind) ? Enabled(IsWeakKind(kind)) : Used(IsWeakKind(kind));
  }
};

// How a class got usages of one kind: where it was first seen.
struct UsageWitness {
  UsageKind kind;
  ReadMode mode;
  ContextSet contexts;  // Those that were new then.
  ThreadId thread;
  const void* lock;
  StackId stack;
  UsageWitness* next;
};

// What each class was used for.
//
// Invariants: the witnesses of a class have disjoint contexts within one kind,
// and together make its sets.
//
// Thread safety: needs the validator's graph lock.
class UsageTable {
 public:
  explicit UsageTable(internal::Arena& arena) : arena_(arena), records_(arena) {}

  UsageSets Get(ClassId id) const;

  // Adds what the witness shows.  REQUIRES: its contexts are new for its kind.
  // Returns false when memory ended.
  bool Add(ClassId id, const UsageWitness& witness);

  // Takes out all usages of a class; their memory is used again.
  void Forget(ClassId id);

  // The first witness of a class; follow `next`.
  const UsageWitness* Witnesses(ClassId id) const;
  // A witness of one of these contexts, preferring the strong kind; or null.
  const UsageWitness* FindUsed(ClassId id, ContextSet contexts) const;
  const UsageWitness* FindEnabled(ClassId id, ContextSet contexts) const;
  bool IsUsedOnlyRecursively(ClassId id, ContextSet contexts) const {
    return (Get(id)[UsageKind::kUsed] & contexts) == 0;
  }

  // Aborts if an invariant is broken.  Slow; for tests.
  void CheckInvariants() const;

 private:
  struct Record {
    UsageSets sets;
    UsageWitness* witnesses;
  };

  const UsageWitness* Find(ClassId id, UsageKind kind, ContextSet contexts) const;

  internal::Arena& arena_;
  internal::ClassArray<Record> records_;
  UsageWitness* free_ = nullptr;
};

}  // namespace lockdep

#endif  // LOCKDEP_USAGE_H_
