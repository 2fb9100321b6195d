// A hash table of entries that carry their own link.  It grows by one bucket for each
// entry that comes, so that no insertion costs more than the others (linear hashing).
//
// Source: Litwin, "Linear Hashing: A New Tool for File and Table Addressing", VLDB 1980.
//
// Thread safety: needs the owner's lock.

#ifndef LOCKDEP_INTERNAL_CHAINED_TABLE_H_
#define LOCKDEP_INTERNAL_CHAINED_TABLE_H_

#include <bit>
#include <cstdint>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/stable_array.h"

namespace lockdep::internal {

// `T::Hash()` must never change while an entry is in the table; `kNext` is its link.
template <typename T, T* T::*kNext>
class ChainedTable {
 public:
  explicit ChainedTable(Arena& arena) : buckets_(arena) {}

  // Returns the entry with this hash for which `matches` holds, or null.
  template <typename Matches>
  T* Find(uint64_t hash, const Matches& matches) const {
    if (buckets_.size() == 0) return nullptr;
    T* entry = Bucket(hash);
    while (entry != nullptr && !matches(*entry)) entry = entry->*kNext;
    return entry;
  }

  // Makes room for one more; returns false when memory ended.
  bool Reserve() { return size_ < buckets_.size() || AddBucket(); }

  // REQUIRES: Reserve returned true since the last Insert.
  void Insert(T* entry) {
    Link(entry);
    ++size_;
  }

  // REQUIRES: it is in the table.
  void Remove(T* entry) {
    T** link = &Bucket(entry->Hash());
    while (*link != entry) link = &((*link)->*kNext);
    *link = entry->*kNext;
    --size_;
  }

  uint64_t size() const { return size_; }

 private:
  // As many bits of the hash as there are buckets for; one less for those that were not
  // split yet.
  T*& Bucket(uint64_t hash) const {
    const uint32_t count = buckets_.size();
    const uint64_t mask = std::bit_ceil(uint64_t{count}) - 1;
    const auto index = static_cast<uint32_t>(hash & mask);
    return buckets_[index < count ? index : index & static_cast<uint32_t>(mask >> 1)];
  }

  void Link(T* entry) {
    T*& bucket = Bucket(entry->Hash());
    entry->*kNext = bucket;
    bucket = entry;
  }

  // Shares the entries of one bucket out to it and the new one.
  bool AddBucket() {
    T** added = buckets_.Append();
    if (added == nullptr) return false;
    const uint32_t index = buckets_.size() - 1;
    if (index == 0) return true;
    T*& split = buckets_[index - std::bit_floor(index)];
    T* entry = split;
    split = nullptr;
    while (entry != nullptr) {
      T* next = entry->*kNext;
      Link(entry);
      entry = next;
    }
    return true;
  }

  StableArray<T*> buckets_;
  uint64_t size_ = 0;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_CHAINED_TABLE_H_
