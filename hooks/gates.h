// Gate locks: held around several steps, so that no two threads are in them at once.
//
// Known by class, since a class is what a chain key tells; hence only a class that has
// a single lock can be one.
//
// Thread safety: plain data.

#ifndef LOCKDEP_HOOKS_GATES_H_
#define LOCKDEP_HOOKS_GATES_H_

#include <cstddef>
#include <cstdint>

#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// A file lock is the process's, whichever thread took it.
inline bool CanBeGate(const LockMap& lock) { return lock.kind != LockKind::kFileLock; }

// A class key, and whether its lock is held for reading only.
class Gate {
 public:
  Gate() = default;
  Gate(ClassKey key, ReadMode mode) : word_(key.value | (mode == ReadMode::kWrite ? 0 : kShared)) {}

  ClassKey key() const { return {word_ & ~kShared}; }
  // Two threads cannot hold it in these two ways.
  bool Excludes(Gate other) const {
    return key() == other.key() && (word_ & other.word_ & kShared) == 0;
  }
  friend bool operator==(Gate, Gate) = default;

 private:
  static constexpr uint64_t kShared = uint64_t{1} << 61;  // In no key of the hooks.

  uint64_t word_ = 0;
};

// The outermost of those that a thread held; what does not fit is left out.
class Gates {
 public:
  void Add(Gate gate) {
    const size_t count = Count();
    if (count < kMost) gates_[count] = gate;
  }
  // Keeps what both have.  Returns whether that is less.
  bool Intersect(const Gates& other) {
    const Gates before = *this;
    *this = {};
    for (const Gate gate : before) {
      if (other.Has(gate)) Add(gate);
    }
    return Count() != before.Count();
  }
  const Gate* begin() const { return gates_; }
  const Gate* end() const { return gates_ + Count(); }

 private:
  static constexpr size_t kMost = 3;

  // Those that are no gates stand at the end.
  size_t Count() const {
    size_t count = 0;
    while (count < kMost && gates_[count] != Gate()) ++count;
    return count;
  }
  bool Has(Gate wanted) const {
    for (const Gate gate : *this) {
      if (gate == wanted) return true;
    }
    return false;
  }

  Gate gates_[kMost];
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_GATES_H_
