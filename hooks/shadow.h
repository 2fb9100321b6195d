// From an address of the program to what we know of the lock there: a sparse
// array over the whole address space, two levels deep.
//
// Invariants: (1) a leaf, once there, stays; (2) a slot is changed only by
// compare-exchange or by the thread that ends the lock.
//
// Limits: addresses below 2^47, the user half of a 4-level page table; others
// have no slot and their locks are not seen.
// Thread safety: all functions are lock-free.
// Cost: two dependent reads.  64 MiB of address space for the top level and
// 8 MiB for each 16 MiB of the program's that hold a lock; of those only the
// pages that are touched.

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

  static constexpr unsigned kGranuleBits = 4;
  static constexpr uintptr_t kGranule = uintptr_t{1} << kGranuleBits;

  // Reserves the top level.  Returns false when there is no address space.
  bool Map();

  // Returns the slot of the granule around `address`, or null if none is near it.
  // REQUIRES: Map succeeded.
  Slot* Find(uintptr_t address) const {
    if (address >> kAddressBits != 0) [[unlikely]]
      return nullptr;
    Slot* leaf = top_[address >> kLeafBits].load(std::memory_order_acquire);
    if (leaf == nullptr) [[unlikely]]
      return nullptr;
    return &leaf[(address & (kLeafSpan - 1)) >> kGranuleBits];
  }

  // As Find, but makes the leaf if needed; null when memory ended or the
  // address is out of range.
  Slot* FindOrMake(uintptr_t address);

 private:
  static constexpr unsigned kAddressBits = 47;
  static constexpr unsigned kLeafBits = 24;
  static constexpr uintptr_t kLeafSpan = uintptr_t{1} << kLeafBits;

  std::atomic<Slot*>* top_ = nullptr;  // Constant after Map.
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_SHADOW_H_
