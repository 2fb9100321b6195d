#include "lockdep/held_lock.h"

#include <cstring>
#include <type_traits>

namespace lockdep {

static_assert(std::is_trivially_copyable_v<HeldLock>);

void HeldLocks::Erase(uint32_t index) {
  memmove(&entries_[index], &entries_[index + 1], (depth() - index - 1) * sizeof(HeldLock));
  --top_;
  top_->pins = 0;
}

void HeldLocks::ClearPins() {
  for (HeldLock* held = entries_; held != top_; ++held) held->pins = 0;
  FindLoose();
}

void HeldLocks::FindLoose() {
  HeldLock* behind = top_;
  while (behind != floor_ && behind[-1].pins == 0) --behind;
  loose_ = behind;
}

HeldLock* HeldLocks::Replace(HeldLock* entries, uint32_t capacity) {
  HeldLock* old = entries_;
  const uint32_t held = depth();
  const uint32_t first = floor();
  if (held != 0) memcpy(entries, old, held * sizeof(HeldLock));
  entries_ = entries;
  top_ = entries + held;
  limit_ = entries + capacity;
  SetFloor(first);
  return old;
}

}  // namespace lockdep
