// An array that grows and whose elements never move, so that readers need no
// lock (blocks.h).
//
// Thread safety: Append needs the owner's lock; Get and size are lock-free.

#ifndef LOCKDEP_INTERNAL_STABLE_ARRAY_H_
#define LOCKDEP_INTERNAL_STABLE_ARRAY_H_

#include <atomic>
#include <cstdint>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/blocks.h"

namespace lockdep::internal {

// `T`: its all-zero state is its initial state.
template <typename T>
class StableArray {
 public:
  explicit StableArray(Arena& arena) : arena_(arena) {}

  // Returns the new last element, or null when memory ended.  Zero unless Clear was called.
  T* Append() {
    const uint32_t size = size_.load(std::memory_order_relaxed);
    const BlockPlace place = PlaceInBlocks(size);
    if (place.block >= kBlocks) return nullptr;
    T* elements = blocks_[place.block].load(std::memory_order_relaxed);
    if (elements == nullptr) {
      elements = arena_.NewArray<T>(BlockSize(place.block));
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
    const BlockPlace place = PlaceInBlocks(index);
    return blocks_[place.block].load(std::memory_order_acquire)[place.offset];
  }

  uint32_t size() const { return size_.load(std::memory_order_acquire); }

 private:
  Arena& arena_;
  // Written under the owner's lock: release/acquire publishes the elements.
  std::atomic<uint32_t> size_{0};
  std::atomic<T*> blocks_[kBlocks] = {};
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_STABLE_ARRAY_H_
