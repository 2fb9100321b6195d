#include "lockdep/internal/key_set.h"

namespace lockdep::internal {

KeySet::InsertResult KeySet::Insert(ClassKey key) {
  if (Contains(key)) return InsertResult::kPresent;
  if (!entries_.Reserve()) return InsertResult::kOutOfMemory;
  Entry* entry = free_ != nullptr ? free_ : arena_.New<Entry>();
  if (entry == nullptr) return InsertResult::kOutOfMemory;
  if (entry == free_) free_ = entry->next;
  entry->key = key;
  entries_.Insert(entry);
  return InsertResult::kInserted;
}

bool KeySet::Erase(ClassKey key) {
  Entry* entry = Find(key);
  if (entry == nullptr) return false;
  entries_.Remove(entry);
  entry->next = free_;
  free_ = entry;
  return true;
}

}  // namespace lockdep::internal
