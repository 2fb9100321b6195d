// From an address of the program to what we know of it: the lock that is there,
// and the allocation that begins there.  Sparse, over the whole address space,
// two levels deep.
//
// Invariants: (1) a leaf, once there, stays; (2) the slot of a lock is changed only
// by compare-exchange or by the thread that ends the lock; (3) a page with a
// lock that is not ending is marked.
//
// Limits: addresses below 2^47, the user half of a 4-level page table; others
// have no slot and their locks are not seen.
// Thread safety: all functions are lock-free.
// Cost: two dependent reads.  64 MiB of address space for the top level and
// 12 MiB for each 16 MiB of the program's that hold a lock or an allocation; of
// those only the pages that are touched.

#ifndef LOCKDEP_HOOKS_SHADOW_H_
#define LOCKDEP_HOOKS_SHADOW_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lockdep::hooks {

struct LockRecord;

class Shadow {
 public:
  using Slot = std::atomic<LockRecord*>;
  using Allocation = std::atomic<uint32_t>;

  static constexpr unsigned kGranuleBits = 4;
  static constexpr uintptr_t kGranule = uintptr_t{1} << kGranuleBits;

  // Reserves the top level.  Returns false when there is no address space.
  bool Map();

  // Each returns what stands for the granule around `address`, or null if there
  // is nothing near it.  REQUIRES: Map succeeded.
  Slot* Find(uintptr_t address) const {
    Leaf* leaf = FindLeaf(address);
    return leaf == nullptr ? nullptr : &leaf->locks[IndexOf(address)];
  }
  Allocation* FindAllocation(uintptr_t address) const {
    Leaf* leaf = FindLeaf(address);
    return leaf == nullptr ? nullptr : &leaf->allocations[IndexOf(address)];
  }

  // The same, but the leaf is made if needed; null when memory ended or the
  // address is out of range.
  Slot* FindOrMake(uintptr_t address);
  Allocation* FindOrMakeAllocation(uintptr_t address);

  // A lock begins at `address`, whose slot is filled.
  void MarkPage(uintptr_t address);

  // False if no lock is in [begin, end); looks at one bit for each page, and
  // perhaps at one beyond.
  bool MayHoldLock(uintptr_t begin, uintptr_t end) const {
    const Leaf* leaf = FindLeaf(begin);
    const size_t first = PageOf(begin) % 64;
    const size_t count = ((end - begin) >> kPageBits) + 2;
    // Most ranges are small, and so are all their bits in one word.
    if (leaf == nullptr || first + count > 63) [[unlikely]]
      return MayHoldLockSlow(begin, end);
    const uint64_t pages = leaf->pages[PageOf(begin) / 64].load(std::memory_order_relaxed);
    return (pages >> first & ((uint64_t{1} << count) - 1)) != 0;
  }

  // Calls act(begin, end) for what each marked page has of [begin, end).
  template <typename Act>
  void ForEachMarkedPart(uintptr_t begin, uintptr_t end, const Act& act) const {
    for (uintptr_t page = begin & ~(kPage - 1); page < end; page += kPage) {
      const Leaf* leaf = FindLeaf(page);
      if (leaf == nullptr) {
        page = (page | (kLeafSpan - 1)) + 1 - kPage;
      } else if (IsMarked(*leaf, page)) {
        act(page < begin ? begin : page, Least(end, page + kPage));
      }
    }
  }

  // Calls act(LockRecord*) for each lock that begins in [begin, end).
  template <typename Act>
  void ForEachLock(uintptr_t begin, uintptr_t end, const Act& act) const {
    ForEachMarkedPart(begin, end, [&](uintptr_t from, uintptr_t to) {
      ForEachLockInPage(*FindLeaf(from), from, to, act);
    });
  }

 private:
  static constexpr unsigned kAddressBits = 47;
  static constexpr unsigned kLeafBits = 24;
  static constexpr uintptr_t kLeafSpan = uintptr_t{1} << kLeafBits;
  static constexpr unsigned kPageBits = 12;
  static constexpr uintptr_t kPage = uintptr_t{1} << kPageBits;
  static constexpr size_t kGranules = kLeafSpan >> kGranuleBits;
  static constexpr size_t kPages = kLeafSpan >> kPageBits;

  struct Leaf {
    std::atomic<uint64_t> pages[kPages / 64];
    Allocation allocations[kGranules];
    Slot locks[kGranules];
  };

  static size_t IndexOf(uintptr_t address) { return (address & (kLeafSpan - 1)) >> kGranuleBits; }
  static size_t PageOf(uintptr_t address) { return (address & (kLeafSpan - 1)) >> kPageBits; }
  static uintptr_t Least(uintptr_t a, uintptr_t b) { return a < b ? a : b; }

  static bool IsMarked(const Leaf& leaf, uintptr_t address) {
    const size_t page = PageOf(address);
    // Relaxed: who gives memory back has heard of its locks from whoever made them.
    return (leaf.pages[page / 64].load(std::memory_order_relaxed) >> page % 64 & 1) != 0;
  }

  template <typename Act>
  static void ForEachLockInPage(const Leaf& leaf, uintptr_t begin, uintptr_t end, const Act& act) {
    for (uintptr_t at = begin & ~(kGranule - 1); at < end; at += kGranule) {
      LockRecord* record = leaf.locks[IndexOf(at)].load(std::memory_order_acquire);
      if (record != nullptr) act(record);
    }
  }

  Leaf* FindLeaf(uintptr_t address) const {
    if (address >> kAddressBits != 0) [[unlikely]]
      return nullptr;
    return top_[address >> kLeafBits].load(std::memory_order_acquire);
  }
  Leaf* FindOrMakeLeaf(uintptr_t address);
  bool MayHoldLockSlow(uintptr_t begin, uintptr_t end) const;

  std::atomic<Leaf*>* top_ = nullptr;  // Constant after Map.
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_SHADOW_H_
