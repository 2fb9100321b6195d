#include "lockdep/internal/key_set.h"

namespace lockdep::internal {

KeySet::InsertResult KeySet::Insert(ClassKey key) {
  if (Contains(key)) return InsertResult::kPresent;
  if (size_ == bucket_count_ && !Grow()) return InsertResult::kOutOfMemory;
  Entry* entry = free_ != nullptr ? free_ : arena_.New<Entry>();
  if (entry == nullptr) return InsertResult::kOutOfMemory;
  if (entry == free_) free_ = entry->next;
  Entry** bucket = Bucket(key);
  *entry = {key, *bucket};
  *bucket = entry;
  ++size_;
  return InsertResult::kInserted;
}

bool KeySet::Erase(ClassKey key) {
  if (buckets_ == nullptr) return false;
  Entry** link = Link(key);
  Entry* entry = *link;
  if (entry == nullptr) return false;
  *link = entry->next;
  entry->next = free_;
  free_ = entry;
  --size_;
  return true;
}

bool KeySet::Grow() {
  const uint64_t old_count = bucket_count_;
  Entry** old = buckets_;
  const uint64_t count = old_count == 0 ? 64 : old_count * 2;
  auto** buckets = arena_.NewArray<Entry*>(count);
  if (buckets == nullptr) return false;
  buckets_ = buckets;
  bucket_count_ = count;
  for (uint64_t i = 0; i < old_count; ++i) {
    for (Entry *entry = old[i], *next; entry != nullptr; entry = next) {
      next = entry->next;
      Entry** bucket = Bucket(entry->key);
      entry->next = *bucket;
      *bucket = entry;
    }
  }
  return true;
}

}  // namespace lockdep::internal
