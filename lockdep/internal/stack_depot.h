// Call stacks, each kept once: a stack becomes a small id.
//
// Thread safety: needs the validator's graph lock.

#ifndef LOCKDEP_INTERNAL_STACK_DEPOT_H_
#define LOCKDEP_INTERNAL_STACK_DEPOT_H_

#include <cstdint>
#include <span>

#include "lockdep/internal/arena.h"
#include "lockdep/types.h"

namespace lockdep::internal {

class StackDepot {
 public:
  explicit StackDepot(Arena& arena) : arena_(arena) {}

  struct PutResult {
    StackId id;  // kNone: memory ended.
    bool is_new;
  };
  PutResult Put(std::span<const uintptr_t> pcs);

  // REQUIRES: `id` came from Put.
  std::span<const uintptr_t> Get(StackId id) const;

  uint32_t size() const { return size_; }

 private:
  struct Entry;

  bool Grow();

  Arena& arena_;
  Entry** by_id_ = nullptr;
  Entry** buckets_ = nullptr;
  uint32_t capacity_ = 0;  // Of both arrays; a power of two.
  uint32_t size_ = 0;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_STACK_DEPOT_H_
