// Which class locks with a common origin are of.
//
// Thread safety: needs the validator's graph lock.
// Cost: 32 bytes for each origin that was ever seen.

#ifndef LOCKDEP_HOOKS_CLASS_IDENTITIES_H_
#define LOCKDEP_HOOKS_CLASS_IDENTITIES_H_

#include <cstddef>
#include <cstdint>

#include "hooks/creation.h"

namespace lockdep::hooks {

class ClassIdentities {
 public:
  // Returns the number of the class of a lock at `address` that takes `size`
  // bytes; 0 if it is of none but its own.  `fresh` is the number of a class
  // that there is not yet.
  uint64_t ClassOf(const Creation& creation, uintptr_t address, size_t size, uint64_t fresh);

 private:
  struct Entry {
    uint64_t identity;  // 0 where the table is empty.
    uint64_t number;
    uintptr_t last_address;  // Of the lock of this origin that began last.
    uint32_t in_row;         // How many began before it side by side.
  };

  // Returns the entry of an identity, new ones with number 0; null when memory ended.
  Entry* FindOrAdd(uint64_t identity);
  bool Grow();
  static Entry* Probe(Entry* entries, size_t capacity, uint64_t identity);

  Entry* entries_ = nullptr;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_CLASS_IDENTITIES_H_
