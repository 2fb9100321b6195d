#include "lockdep/held_lock.h"

#include <cstring>
#include <type_traits>

namespace lockdep {

static_assert(std::is_trivially_copyable_v<HeldLock>);

void HeldLocks::Erase(uint32_t index) {
  memmove(&entries_[index], &entries_[index + 1], (depth_ - index - 1) * sizeof(HeldLock));
  --depth_;
}

HeldLock* HeldLocks::Replace(HeldLock* entries, uint32_t capacity) {
  HeldLock* old = entries_;
  if (depth_ != 0) memcpy(entries, old, depth_ * sizeof(HeldLock));
  entries_ = entries;
  capacity_ = capacity;
  return old;
}

}  // namespace lockdep
