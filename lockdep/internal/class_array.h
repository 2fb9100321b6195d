// An array indexed by class id that grows with the classes.
//
// Thread safety: needs the owner's lock.

#ifndef LOCKDEP_INTERNAL_CLASS_ARRAY_H_
#define LOCKDEP_INTERNAL_CLASS_ARRAY_H_

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "lockdep/internal/arena.h"
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
    const uint32_t index = static_cast<uint32_t>(id);
    if (index < capacity_) return true;
    uint32_t capacity = capacity_ == 0 ? 256 : capacity_;
    while (capacity <= index) capacity *= 2;
    T* elements = arena_.NewArray<T>(capacity);
    if (elements == nullptr) return false;
    if (capacity_ != 0) memcpy(elements, elements_, capacity_ * sizeof(T));
    elements_ = elements;
    capacity_ = capacity;
    return true;
  }

  bool Has(ClassId id) const { return static_cast<uint32_t>(id) < capacity_; }

  // REQUIRES: Has(id).
  T& operator[](ClassId id) { return elements_[static_cast<uint32_t>(id)]; }
  const T& operator[](ClassId id) const { return elements_[static_cast<uint32_t>(id)]; }

  uint32_t capacity() const { return capacity_; }

 private:
  Arena& arena_;
  T* elements_ = nullptr;
  uint32_t capacity_ = 0;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_CLASS_ARRAY_H_
