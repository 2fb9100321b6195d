// An array indexed by class id that grows with the classes; elements never move
// (blocks.h).
//
// Thread safety: needs the owner's lock.

#ifndef LOCKDEP_INTERNAL_CLASS_ARRAY_H_
#define LOCKDEP_INTERNAL_CLASS_ARRAY_H_

#include <cstdint>
#include <type_traits>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/blocks.h"
#include "lockdep/types.h"

namespace lockdep::internal {

// `T`: its all-zero state is its initial state.
template <typename T>
class ClassArray {
 public:
  static_assert(std::is_trivially_copyable_v<T>);

  explicit ClassArray(Arena& arena) : arena_(arena) {}

  // Makes room for a class; returns false when memory ended.
  bool Reserve(ClassId id) {
    while (!Has(id)) {
      const unsigned block = PlaceInBlocks(capacity_).block;
      if (block >= kBlocks) return false;
      blocks_[block] = arena_.NewArray<T>(BlockSize(block));
      if (blocks_[block] == nullptr) return false;
      capacity_ += static_cast<uint32_t>(BlockSize(block));
    }
    return true;
  }

  bool Has(ClassId id) const { return static_cast<uint32_t>(id) < capacity_; }

  // REQUIRES: Has(id).
  T& operator[](ClassId id) { return At(id); }
  const T& operator[](ClassId id) const { return At(id); }

  uint32_t capacity() const { return capacity_; }

 private:
  T& At(ClassId id) const {
    const BlockPlace place = PlaceInBlocks(static_cast<uint32_t>(id));
    return blocks_[place.block][place.offset];
  }

  Arena& arena_;
  T* blocks_[kBlocks] = {};
  uint32_t capacity_ = 0;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_CLASS_ARRAY_H_
