#include "hooks/key_set.h"

#include <sys/mman.h>

#include <cstring>

#include "hooks/cells.h"

namespace lockdep::hooks {

void KeySet::Put(uint64_t key) {
  size_t at = key >> 8;
  while (keys_[at & mask_] != 0) ++at;
  keys_[at & mask_] = key;
  ++size_;
}

void KeySet::Insert(uint64_t key) {
  if (size_ == kMost) Clear();
  if ((keys_ == nullptr || size_ * 2 > mask_) && !Grow()) {
    Clear();
    if (keys_ == nullptr) return;
  }
  Put(key);
}

void KeySet::Clear() {
  if (size_ != 0) memset(keys_, 0, (mask_ + 1) * sizeof(*keys_));
  size_ = 0;
}

bool KeySet::Grow() {
  uint64_t* const old = keys_;
  const size_t old_capacity = old == nullptr ? 0 : mask_ + 1;
  const size_t capacity = old == nullptr ? 512 : old_capacity * 2;
  auto* keys = static_cast<uint64_t*>(MapPages(capacity * sizeof(uint64_t), Pages::kCommit));
  if (keys == nullptr) return false;
  keys_ = keys;
  mask_ = capacity - 1;
  size_ = 0;
  for (size_t i = 0; i < old_capacity; ++i) {
    if (old[i] != 0) Put(old[i]);
  }
  if (old != nullptr) munmap(old, old_capacity * sizeof(*old));
  return true;
}

}  // namespace lockdep::hooks
