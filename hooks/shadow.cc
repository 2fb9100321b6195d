#include "hooks/shadow.h"

#include <sys/mman.h>

#include "hooks/cells.h"

namespace lockdep::hooks {

bool Shadow::Map() {
  constexpr size_t kTopSize = (size_t{1} << (kAddressBits - kLeafBits)) * sizeof(*top_);
  top_ = static_cast<std::atomic<Slot*>*>(MapPages(kTopSize, Pages::kReserve));
  return top_ != nullptr;
}

Shadow::Slot* Shadow::FindOrMake(uintptr_t address) {
  if (Slot* slot = Find(address); slot != nullptr) return slot;
  if (address >> kAddressBits != 0) return nullptr;
  constexpr size_t kLeafSize = (kLeafSpan >> kGranuleBits) * sizeof(Slot);
  auto* leaf = static_cast<Slot*>(MapPages(kLeafSize, Pages::kReserve));
  if (leaf == nullptr) return nullptr;
  Slot* expected = nullptr;
  if (!top_[address >> kLeafBits].compare_exchange_strong(expected, leaf,
                                                          std::memory_order_acq_rel)) {
    munmap(leaf, kLeafSize);
  }
  return Find(address);
}

}  // namespace lockdep::hooks
