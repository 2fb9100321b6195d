// An array that is seldom large: where it stands, else in pages of its own.
//
// Thread safety: none.

#ifndef LOCKDEP_HOOKS_SCRATCH_ARRAY_H_
#define LOCKDEP_HOOKS_SCRATCH_ARRAY_H_

#include <sys/mman.h>

#include <cstddef>
#include <span>
#include <type_traits>

#include "hooks/cells.h"

namespace lockdep::hooks {

template <typename T, size_t kHere>
class ScratchArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ScratchArray() = default;
  ScratchArray(const ScratchArray&) = delete;
  ScratchArray& operator=(const ScratchArray&) = delete;
  ~ScratchArray() {
    if (items_.data() != here_) munmap(items_.data(), items_.size_bytes());
  }

  // Called once, before it is used; the content is undefined.  Returns false when memory ended.
  bool Make(size_t size) {
    T* items = here_;
    if (size > kHere) items = static_cast<T*>(MapPages(size * sizeof(T), Pages::kCommit));
    if (items == nullptr) return false;
    items_ = {items, size};
    return true;
  }

  T& operator[](size_t index) { return items_[index]; }
  std::span<const T> items() const { return items_; }

 private:
  T here_[kHere];
  std::span<T> items_{here_, 0};
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_SCRATCH_ARRAY_H_
