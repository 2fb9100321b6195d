// A set of 64-bit keys that grows, in memory of our own.
//
// Thread safety: belongs to one thread and is used only behind the gate.
// Cost: one expected probe.  16 bytes a key; when memory ends, or there are
// kMost of them, the set forgets all and begins anew.

#ifndef LOCKDEP_HOOKS_KEY_SET_H_
#define LOCKDEP_HOOKS_KEY_SET_H_

#include <cstddef>
#include <cstdint>

namespace lockdep::hooks {

class KeySet {
 public:
  // REQUIRES: `key` is not 0.
  bool Contains(uint64_t key) const {
    if (keys_ == nullptr) return false;
    for (size_t at = key >> 8;; ++at) {
      const uint64_t found = keys_[at & mask_];
      if (found == key) return true;
      if (found == 0) return false;
    }
  }

  // REQUIRES: !Contains(key).
  void Insert(uint64_t key);

  void Clear();

 private:
  static constexpr size_t kMost = size_t{1} << 20;

  bool Grow();
  void Put(uint64_t key);

  uint64_t* keys_ = nullptr;
  size_t mask_ = 0;
  size_t size_ = 0;
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_KEY_SET_H_
