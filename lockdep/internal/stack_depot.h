// Call stacks, each kept once: a stack becomes a small id.
//
// Thread safety: needs the validator's graph lock.

#ifndef LOCKDEP_INTERNAL_STACK_DEPOT_H_
#define LOCKDEP_INTERNAL_STACK_DEPOT_H_

#include <cstdint>
#include <span>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/chained_table.h"
#include "lockdep/internal/stable_array.h"
#include "lockdep/types.h"

namespace lockdep::internal {

class StackDepot {
 public:
  explicit StackDepot(Arena& arena) : arena_(arena), by_id_(arena), entries_(arena) {}

  struct PutResult {
    StackId id;  // kNone: memory ended.
    bool is_new;
  };
  PutResult Put(std::span<const uintptr_t> pcs);

  // REQUIRES: `id` came from Put.
  std::span<const uintptr_t> Get(StackId id) const;

  uint32_t size() const { return by_id_.size(); }

 private:
  struct Entry {
    uint64_t Hash() const { return hash; }
    std::span<const uintptr_t> span() const { return {pcs, count}; }

    uint64_t hash;
    Entry* next_in_bucket;
    StackId id;
    uint32_t count;
    uintptr_t pcs[1];
  };

  Arena& arena_;
  StableArray<Entry*> by_id_;
  ChainedTable<Entry, &Entry::next_in_bucket> entries_;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_STACK_DEPOT_H_
