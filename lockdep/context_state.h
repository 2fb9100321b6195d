// Where a thread runs and what may interrupt it, as one value; and the table
// that gives each value a small id, so that it fits into a LockUse.
//
// Thread safety: ContextTable::Find and Get are lock-free; Register needs the
// validator's graph lock.

#ifndef LOCKDEP_CONTEXT_STATE_H_
#define LOCKDEP_CONTEXT_STATE_H_

#include <cstdint>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/pointer_table.h"
#include "lockdep/internal/stable_array.h"
#include "lockdep/types.h"
#include "lockdep/usage.h"

namespace lockdep {

struct ContextState {
  // The contexts that the thread runs in: what it takes there is not ordered
  // after what the interrupted code holds.
  ContextSet in = 0;
  // The contexts that may interrupt it.
  ContextSet enabled = 0;
  // The strictest way of waiting that where it runs allows: kSpin in a hardirq.
  WaitType wait_limit = WaitType::kAny;

  friend bool operator==(const ContextState&, const ContextState&) = default;
};

class ContextTable {
 public:
  explicit ContextTable(internal::Arena& arena) : entries_(arena), table_(arena) {}

  // Returns whether the state has an id, and which.
  bool Find(const ContextState& state, ContextId* id) const;

  // Gives the state an id; returns false when memory ended.
  bool Register(const ContextState& state, ContextId* id);

  // REQUIRES: `id` came from this table, or is kPlain.
  ContextState Get(ContextId id) const {
    return id == ContextId::kPlain ? ContextState{} : entries_[static_cast<uint32_t>(id) - 1].state;
  }

 private:
  struct Entry {
    ContextState state;
    ContextId id;

    uint64_t Hash() const { return HashOf(state); }
  };

  static uint64_t HashOf(const ContextState& state);

  internal::StableArray<Entry> entries_;
  internal::PointerTable<Entry> table_;
};

}  // namespace lockdep

#endif  // LOCKDEP_CONTEXT_STATE_H_
