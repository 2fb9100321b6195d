// The set of chain keys already proved: the only shared memory that a known
// acquisition touches, and it only reads.
//
// Invariants: (1) a key is in the set only after all its rules were checked;
// (2) a table is never modified after a larger one replaced it, except by
// late readers that only read; (3) the load factor stays at or below one half.
//
// Thread safety: Contains is lock-free.  Insert needs the validator's graph lock.
// Cost: one expected probe.

#ifndef LOCKDEP_CHAIN_CACHE_H_
#define LOCKDEP_CHAIN_CACHE_H_

#include <atomic>
#include <cstdint>

#include "lockdep/chain_key.h"
#include "lockdep/internal/arena.h"

namespace lockdep {

class ChainCache {
 public:
  explicit ChainCache(internal::Arena& arena) : arena_(arena) {}

  bool Contains(ChainKey key) const {
    const Table* table = table_.load(std::memory_order_acquire);
    if (table == nullptr) return false;
    for (uint64_t slot = key >> 8;; ++slot) {
      // Acquire: a reader that finds the key must also see the graph it stands for.
      const ChainKey found = table->slots[slot & table->mask].load(std::memory_order_acquire);
      if (found == key) return true;
      if (found == 0) return false;
    }
  }

  enum class InsertResult { kInserted, kPresent, kOutOfMemory };
  InsertResult Insert(ChainKey key);

  // Takes all keys out, in place: readers miss them from now on.
  void Clear();

  uint64_t size() const { return size_; }

 private:
  struct Table {
    uint64_t mask;
    std::atomic<ChainKey> slots[1];
  };

  bool Grow();

  internal::Arena& arena_;
  std::atomic<Table*> table_{nullptr};
  uint64_t size_ = 0;  // Guarded by the graph lock.
};

}  // namespace lockdep

#endif  // LOCKDEP_CHAIN_CACHE_H_
