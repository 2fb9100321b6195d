// A hash table of pointers that is read without a lock: open addressing; a
// larger table takes the place of a full one, which readers may go on reading.
// It is filled a few entries at a time, while the other is still the one to read, so
// that no insertion costs much more than the others.
//
// No entry is taken out; one that says so itself (IsForgotten) gives its slot to the next
// that comes by, so that a key which comes and goes is found as fast as ever.
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
    const Table* table = table_.load(std::memory_order_relaxed);
    if (table == nullptr) {
      Table* first = NewTable(512);
      table_.store(first, std::memory_order_release);
      return first != nullptr;
    }
    if (next_ == nullptr && size_ >= table->mask / 2) {
      next_ = NewTable((uint64_t{table->mask} + 1) * 2);
      moved_ = 0;
      if (next_ == nullptr) return false;
    }
    if (next_ != nullptr) MoveSome(*table);
    return true;
  }

  // REQUIRES: Reserve returned true since the last Insert.
  void Insert(T* entry) {
    Place(*table_.load(std::memory_order_relaxed), entry);
    if (next_ != nullptr) Place(*next_, entry);
    ++size_;
  }

 private:
  struct Table {
    uint64_t mask;
    std::atomic<T*> slots[1];
  };

  static bool IsForgotten(const T& entry) {
    if constexpr (requires { entry.IsForgotten(); }) return entry.IsForgotten();
    return false;
  }

  // Unless it is there; it may come to be there twice, which nobody can tell.
  static void Place(Table& table, T* entry) {
    for (uint64_t slot = entry->Hash();; ++slot) {
      std::atomic<T*>& place = table.slots[slot & table.mask];
      const T* found = place.load(std::memory_order_relaxed);
      if (found == entry) return;
      if (found == nullptr || IsForgotten(*found)) {
        return place.store(entry, std::memory_order_release);
      }
    }
  }

  Table* NewTable(uint64_t slots) {
    auto* table =
        static_cast<Table*>(arena_.Allocate(sizeof(Table) + slots * sizeof(std::atomic<T*>)));
    if (table != nullptr) table->mask = slots - 1;
    return table;
  }

  // So many that all are moved before the table is much fuller than half.
  void MoveSome(const Table& table) {
    constexpr uint64_t kSlots = 16;
    for (const uint64_t end = moved_ + kSlots; moved_ < end; ++moved_) {
      if (T* entry = table.slots[moved_].load(std::memory_order_relaxed)) Place(*next_, entry);
    }
    if (moved_ <= table.mask) return;
    table_.store(next_, std::memory_order_release);
    next_ = nullptr;
  }

  Arena& arena_;
  std::atomic<Table*> table_{nullptr};
  // Guarded by the owner's lock.
  uint64_t size_ = 0;
  Table* next_ = nullptr;  // Has what stands in the slots below moved_, and all that is new.
  uint64_t moved_ = 0;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_POINTER_TABLE_H_
