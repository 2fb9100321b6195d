// A set of class keys from which keys can be taken out again.
//
// Thread safety: needs the owner's lock.

#ifndef LOCKDEP_INTERNAL_KEY_SET_H_
#define LOCKDEP_INTERNAL_KEY_SET_H_

#include <cstdint>

#include "lockdep/internal/arena.h"
#include "lockdep/lock_class.h"

namespace lockdep::internal {

class KeySet {
 public:
  explicit KeySet(Arena& arena) : arena_(arena) {}

  bool Contains(ClassKey key) const { return buckets_ != nullptr && *Link(key) != nullptr; }

  enum class InsertResult { kInserted, kPresent, kOutOfMemory };
  InsertResult Insert(ClassKey key);

  // Returns whether it was there.
  bool Erase(ClassKey key);

 private:
  struct Entry {
    ClassKey key;
    Entry* next;
  };

  bool Grow();
  Entry** Bucket(ClassKey key) const {
    return &buckets_[LockClass::HashOf(key, 0) & (bucket_count_ - 1)];
  }
  // What points to the entry, or to nothing where it would be.
  Entry** Link(ClassKey key) const {
    Entry** link = Bucket(key);
    while (*link != nullptr && (*link)->key != key) link = &(*link)->next;
    return link;
  }

  Arena& arena_;
  Entry** buckets_ = nullptr;
  uint64_t bucket_count_ = 0;  // A power of two.
  uint64_t size_ = 0;
  Entry* free_ = nullptr;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_KEY_SET_H_
