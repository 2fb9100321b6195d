#include "hooks/shadow.h"

#include <sys/mman.h>

#include "hooks/cells.h"

namespace lockdep::hooks {

bool Shadow::Map() {
  constexpr size_t kTopSize = (size_t{1} << (kAddressBits - kLeafBits)) * sizeof(*top_);
  top_ = static_cast<std::atomic<Leaf*>*>(MapPages(kTopSize, Pages::kReserve));
  return top_ != nullptr;
}

Shadow::Leaf* Shadow::FindOrMakeLeaf(uintptr_t address) {
  if (Leaf* leaf = FindLeaf(address); leaf != nullptr) return leaf;
  if (address >> kAddressBits != 0) return nullptr;
  auto* leaf = static_cast<Leaf*>(MapPages(sizeof(Leaf), Pages::kReserve));
  if (leaf == nullptr) return nullptr;
  Leaf* expected = nullptr;
  if (top_[address >> kLeafBits].compare_exchange_strong(expected, leaf,
                                                         std::memory_order_acq_rel)) {
    return leaf;
  }
  munmap(leaf, sizeof(Leaf));
  return expected;
}

Shadow::Slot* Shadow::FindOrMake(uintptr_t address) {
  Leaf* leaf = FindOrMakeLeaf(address);
  return leaf == nullptr ? nullptr : &leaf->locks[IndexOf(address)];
}

Shadow::Allocation* Shadow::FindOrMakeAllocation(uintptr_t address) {
  Leaf* leaf = FindOrMakeLeaf(address);
  return leaf == nullptr ? nullptr : &leaf->allocations[IndexOf(address)];
}

void Shadow::MarkPage(uintptr_t address) {
  Leaf* leaf = FindLeaf(address);
  const size_t page = PageOf(address);
  if (!IsMarked(*leaf, address)) {
    leaf->pages[page / 64].fetch_or(uint64_t{1} << page % 64, std::memory_order_relaxed);
  }
}

bool Shadow::MayHoldLockSlow(uintptr_t begin, uintptr_t end) const {
  for (uintptr_t page = begin & ~(kPage - 1); page < end; page += kPage) {
    const Leaf* leaf = FindLeaf(page);
    if (leaf == nullptr) {
      page = (page | (kLeafSpan - 1)) + 1 - kPage;
    } else if (IsMarked(*leaf, page)) {
      return true;
    }
  }
  return false;
}

}  // namespace lockdep::hooks
