// A hash table of pointers that is read without a lock: open addressing; a
// larger table takes the place of a full one, which readers may go on reading.
//
// Thread safety: Reserve and Insert need the owner's lock; Find is lock-free.

#ifndef LOCKDEP_INTERNAL_POINTER_TABLE_H_
#define LOCKDEP_INTERNAL_POINTER_TABLE_H_

#include <atomic>
#include <cstdint>

#include "lockdep/internal/arena.h"

namespace lockdep::internal {

// `T::Hash()` must never change once an entry is in the table.
template <typename T>
class PointerTable {
 public:
  explicit PointerTable(Arena& arena) : arena_(arena) {}

  // Returns the entry with this hash for which `matches` holds, or null.
  template <typename Matches>
  T* Find(uint64_t hash, const Matches& matches) const {
    const Table* table = table_.load(std::memory_order_acquire);
    if (table == nullptr) return nullptr;
    for (uint64_t slot = hash;; ++slot) {
      T* found = table->slots[slot & table->mask].load(std::memory_order_acquire);
      if (found == nullptr || matches(*found)) return found;
    }
  }

  // Makes room for one more; returns false when memory ended.
  bool Reserve() {
    const Table* old = table_.load(std::memory_order_relaxed);
    if (old != nullptr && size_ < old->mask / 2) return true;
    const uint64_t slots = old == nullptr ? 512 : (uint64_t{old->mask} + 1) * 2;
    auto* table =
        static_cast<Table*>(arena_.Allocate(sizeof(Table) + slots * sizeof(std::atomic<T*>)));
    if (table == nullptr) return false;
    table->mask = slots - 1;
    for (uint64_t i = 0; old != nullptr && i <= old->mask; ++i) {
      if (T* entry = old->slots[i].load(std::memory_order_relaxed)) Place(*table, entry);
    }
    table_.store(table, std::memory_order_release);
    return true;
  }

  // REQUIRES: Reserve returned true since the last Insert.
  void Insert(T* entry) {
    Place(*table_.load(std::memory_order_relaxed), entry);
    ++size_;
  }

 private:
  struct Table {
    uint64_t mask;
    std::atomic<T*> slots[1];
  };

  static void Place(Table& table, T* entry) {
    uint64_t slot = entry->Hash();
    while (table.slots[slot & table.mask].load(std::memory_order_relaxed) != nullptr) ++slot;
    table.slots[slot & table.mask].store(entry, std::memory_order_release);
  }

  Arena& arena_;
  std::atomic<Table*> table_{nullptr};
  uint64_t size_ = 0;  // Guarded by the owner's lock.
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_POINTER_TABLE_H_
