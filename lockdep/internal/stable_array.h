// An array that grows and whose elements never move, so that readers need no
// lock: blocks that double in size.
//
// Thread safety: Append needs the owner's lock; Get and size are lock-free.

#ifndef LOCKDEP_INTERNAL_STABLE_ARRAY_H_
#define LOCKDEP_INTERNAL_STABLE_ARRAY_H_

#include <atomic>
#include <bit>
#include <cstdint>

#include "lockdep/internal/arena.h"

namespace lockdep::internal {

// `T`: its all-zero state is its initial state.
template <typename T>
class StableArray {
 public:
  explicit StableArray(Arena& arena) : arena_(arena) {}

  // Returns the new last element, or null when memory ended.  Zero unless Clear was called.
  T* Append() {
    const uint32_t size = size_.load(std::memory_order_relaxed);
    const Place place = PlaceOf(size);
    if (place.block >= kBlocks) return nullptr;
    T* elements = blocks_[place.block].load(std::memory_order_relaxed);
    if (elements == nullptr) {
      elements = arena_.NewArray<T>(size_t{1} << (place.block + kFirstBlockBits));
      if (elements == nullptr) return nullptr;
      blocks_[place.block].store(elements, std::memory_order_release);
    }
    size_.store(size + 1, std::memory_order_release);
    return &elements[place.offset];
  }

  // Keeps the memory: elements that come again are not zero.  No reader may be left.
  void Clear() { size_.store(0, std::memory_order_release); }

  // REQUIRES: index < size().
  T& operator[](uint32_t index) const {
    const Place place = PlaceOf(index);
    return blocks_[place.block].load(std::memory_order_acquire)[place.offset];
  }

  uint32_t size() const { return size_.load(std::memory_order_acquire); }

 private:
  static constexpr unsigned kFirstBlockBits = 8;  // NOLINT(bugprone-dynamic-static-initializers)
  static constexpr unsigned kBlocks = 24;

  struct Place {
    unsigned block;
    uint32_t offset;
  };

  static Place PlaceOf(uint32_t index) {
    const uint32_t shifted = index + (1u << kFirstBlockBits);
    const uint32_t start = std::bit_floor(shifted);
    return {static_cast<unsigned>(std::countr_zero(start)) - kFirstBlockBits, shifted - start};
  }

  Arena& arena_;
  // Written under the owner's lock: release/acquire publishes the elements.
  std::atomic<uint32_t> size_{0};
  std::atomic<T*> blocks_[kBlocks] = {};
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_STABLE_ARRAY_H_
