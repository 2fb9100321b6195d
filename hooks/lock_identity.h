// From a pthread object to the lock that the engine knows: when a lock begins
// and ends, and which class it is of (creation.h says how that is inferred).
//
// A static lock is named by its address and stays the same lock however often
// it is initialised; any other is a new lock after each initialisation.
//
// A lock ends when it is destroyed or initialised anew, when the memory around
// it is given back (free, munmap, the end of the thread whose stack it is on), when
// the library that it is in is unloaded, when a function returns whose variable it
// was, when a lock of another kind is used at its address, or when one is used that
// overlaps it.
//
// Limits: a lock on a stack lives on while the next call from the same place
// puts another variable there.  Memory that a program hands out a second time
// itself (a pool) keeps the locks that were not destroyed.
//
// Thread safety: a look-up is lock-free and may run beside everything else.
// Beginning and ending one lock in two threads at once is the program's error;
// it costs at most the lock's history.

#ifndef LOCKDEP_HOOKS_LOCK_IDENTITY_H_
#define LOCKDEP_HOOKS_LOCK_IDENTITY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "hooks/class_identities.h"
#include "hooks/creation.h"
#include "hooks/lock_reference.h"
#include "hooks/shadow.h"
#include "hooks/thread_context.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// Where the function that a lock is a variable of will return to: once another
// address stands there, the function has returned and the lock is gone.
struct StackGuard {
  const uintptr_t* slot = nullptr;
  uintptr_t pc = 0;

  bool is_intact() const { return slot == nullptr || *slot == pc; }
};

struct InstanceNode;

struct LockRecord {
  LockMap map;
  LockType type;
  uint64_t number = 0;           // No other lock has it, not even a later one in the same place.
  InstanceNode* node = nullptr;  // Where it stands in the InstanceOrder; under the graph lock.
  StackGuard guard;
  bool may_share_class = false;  // Of others that are made like it.
  char place[15] = {};           // "+16" in an object: see NameInObject.
  // The calls over which it was initialised, hashed; 0 if it was not.
  uint64_t path = 0;
  // Tells whether its thread has shown it to others (step_notes.h); 0 if that is unknown.
  uint64_t birth = 0;
};
static_assert(sizeof(LockRecord) <= kCellSize);

// REQUIRES: the map is that of a LockRecord, as all are that a hook gives to the engine.
inline LockRecord& RecordOf(const LockMap& map) {
  static_assert(offsetof(LockRecord, map) == 0);
  return *reinterpret_cast<LockRecord*>(const_cast<LockMap*>(&map));
}

// Locks that stand in the lock table, and not in that of resources, have such keys.
inline bool IsInLockTable(const LockMap& map) { return (map.key.value >> 56 & 0x7f) == 0; }

// Stands for one lock where others stand for classes.
inline ClassKey InstanceKey(uint64_t number) { return {uint64_t{1} << 60 | number}; }

class LockTable {
 public:
  // Returns false when there is no address space for it.
  bool Map() { return shadow_.Map(); }

  void set_class_by(ClassBy class_by) { class_by_ = class_by; }

  // Returns the lock, or null if it is not known yet.
  LockRecord* Find(const LockReference& lock) const {
    const Shadow::Slot* slot = shadow_.Find(reinterpret_cast<uintptr_t>(lock.address));
    if (slot == nullptr) [[unlikely]]
      return nullptr;
    LockRecord* record = slot->load(std::memory_order_acquire);
    if (record == nullptr || record->map.address != lock.address || record->type != lock.type ||
        !record->guard.is_intact()) [[unlikely]] {
      return nullptr;
    }
    return record;
  }

  // A name of the very lock at the address; key 0 if there is none.
  ClassKey InstanceAt(const void* address) const {
    const Shadow::Slot* slot = shadow_.Find(reinterpret_cast<uintptr_t>(address));
    const LockRecord* record = slot == nullptr ? nullptr : slot->load(std::memory_order_acquire);
    return record == nullptr ? ClassKey{} : InstanceKey(record->number);
  }

  // Makes the lock, which `caller` initialises or takes first, and ends what it
  // overlaps.  Returns null when memory ended or the address is out of the
  // shadow's reach.
  LockRecord* BeginInitialised(ThreadState& thread, const LockReference& lock,
                               const Caller& caller);
  LockRecord* BeginUsed(ThreadState& thread, const LockReference& lock, const Caller& caller);

  // Ends the lock; its record may be used again for another one.  `thread` is
  // null if the caller cannot speak for its thread.
  void End(ThreadState* thread, LockRecord* record);

  Shadow& shadow() { return shadow_; }
  uint64_t locks_begun() const { return locks_begun_.load(std::memory_order_relaxed); }
  uint64_t locks_missed() const { return locks_missed_.load(std::memory_order_relaxed); }

 private:
  enum class Beginning : uint8_t { kInitialised, kUsed };

  LockRecord* Begin(ThreadState& thread, const LockReference& lock, const Caller& caller,
                    Beginning beginning);
  void Classify(LockRecord* record, const Caller& caller, Beginning beginning);
  void EndOverlapping(ThreadState& thread, uintptr_t address, size_t size);

  Shadow shadow_;
  ClassBy class_by_ = ClassBy::kAuto;
  ClassIdentities identities_;
  // Counters and numbers only: nothing is ordered by them.
  std::atomic<uint64_t> locks_begun_{0};
  std::atomic<uint64_t> locks_missed_{0};
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_LOCK_IDENTITY_H_
