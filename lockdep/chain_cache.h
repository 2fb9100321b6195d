// The set of chain keys already proved: the only shared memory that a known
// acquisition touches, and it only reads.
//
// Invariants: (1) a key is in the set only after all its rules were checked;
// (2) a table is never modified after a larger one replaced it, except by
// late readers that only read; (3) the load factor stays at or below 5/16, so that nearly
// all keys are found at the first probe; (4) the table that readers see is complete.
//
// It grows without a pause: from one quarter on, each insertion moves some keys into a
// larger table, which readers see when it has all of them.
//
// Key 0 marks an empty slot, so a chain that has it counts as proved, as does one
// whose key is that of another: both happen once in 2^64 chains.
//
// Thread safety: Contains is lock-free.  Insert needs the validator's graph lock.
// Cost: one expected probe.

#ifndef LOCKDEP_CHAIN_CACHE_H_
#define LOCKDEP_CHAIN_CACHE_H_

#include <atomic>
#include <cstdint>
#include <utility>

#include "lockdep/chain_key.h"
#include "lockdep/internal/arena.h"

namespace lockdep {

class ChainCache {
 public:
  explicit ChainCache(internal::Arena& arena) : arena_(arena) {}

  bool Contains(ChainKey key) const;

  // Whether the first probe finds the key, as most do.
  bool ContainsAtOnce(ChainKey key) const {
    const Table* table = table_.load(std::memory_order_acquire);
    // Acquire: a reader that finds the key must also see the graph it stands for.
    return table->At(key).load(std::memory_order_acquire) == key;
  }

  enum class InsertResult { kInserted, kPresent, kOutOfMemory };
  InsertResult Insert(ChainKey key);

  // Takes all keys out, in place: readers miss them from now on.
  void Clear();

  // For good: no key is found, and none is taken in.
  void Close() { table_.store(&closed_, std::memory_order_release); }

  uint64_t size() const { return size_; }

 private:
  using Slot = std::atomic<ChainKey>;
  struct Table {
    uint64_t mask;  // Of a key: the offset of its slot, in bytes.
    Slot slots[1];

    uint64_t size() const { return mask / sizeof(Slot) + 1; }
    const Slot& At(uint64_t offset) const {
      return *reinterpret_cast<const Slot*>(reinterpret_cast<const char*>(slots) + (offset & mask));
    }
    Slot& At(uint64_t offset) { return const_cast<Slot&>(std::as_const(*this).At(offset)); }
  };

  static void Place(Table& table, ChainKey key);
  Table* NewTable(uint64_t slots);
  bool MakeRoom();
  void MoveSome(const Table& table);

  // The tables before the first key and after the last one; they stay empty.
  static Table empty_;   // NOLINT(bugprone-dynamic-static-initializers): constinit in the .cc
  static Table closed_;  // NOLINT(bugprone-dynamic-static-initializers): constinit in the .cc

  internal::Arena& arena_;
  std::atomic<Table*> table_{&empty_};
  // Guarded by the graph lock.
  uint64_t size_ = 0;
  Table* next_ = nullptr;  // Has every key from the slots below moved_, and every new one.
  uint64_t moved_ = 0;
};

}  // namespace lockdep

#endif  // LOCKDEP_CHAIN_CACHE_H_
