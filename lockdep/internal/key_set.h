// A set of class keys from which keys can be taken out again.
//
// Thread safety: needs the owner's lock.

#ifndef LOCKDEP_INTERNAL_KEY_SET_H_
#define LOCKDEP_INTERNAL_KEY_SET_H_

#include <cstdint>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/chained_table.h"
#include "lockdep/lock_class.h"

namespace lockdep::internal {

class KeySet {
 public:
  explicit KeySet(Arena& arena) : arena_(arena), entries_(arena) {}

  bool Contains(ClassKey key) const { return Find(key) != nullptr; }

  enum class InsertResult { kInserted, kPresent, kOutOfMemory };
  InsertResult Insert(ClassKey key);

  // Returns whether it was there.
  bool Erase(ClassKey key);

 private:
  struct Entry {
    uint64_t Hash() const { return LockClass::HashOf(key, 0); }

    ClassKey key;
    Entry* next;
  };

  Entry* Find(ClassKey key) const {
    return entries_.Find(LockClass::HashOf(key, 0),
                         [key](const Entry& entry) { return entry.key == key; });
  }

  Arena& arena_;
  ChainedTable<Entry, &Entry::next> entries_;
  Entry* free_ = nullptr;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_KEY_SET_H_
