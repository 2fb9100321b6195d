// The table of lock states, computed: what a task may do to a VMA while it holds
// each combination of the mmap lock, the VMA lock and the rmap locks, and which
// ways of holding the mmap lock exclude each other.  Nothing here knows the
// answers: tasks take the locks, rivals try to change the VMA, and the engine
// says which accesses are against a rule.
//
// Source: process_addrs.rst, "Lock usage", whose tables it must give.
//
// Thread safety: may be called by any thread; it runs a machine of its own.

#ifndef MM_MODEL_RULES_LOCK_STATE_TABLE_H_
#define MM_MODEL_RULES_LOCK_STATE_TABLE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "mm_model/machine.h"

namespace mm_model {

enum class Hold : uint8_t { kNone, kRead, kWrite };

// "-", "R" or "W".
const char* ToString(Hold hold);

struct LockState {
  Hold mmap = Hold::kNone;
  Hold vma = Hold::kNone;
  Hold rmap = Hold::kNone;
  friend bool operator==(const LockState&, const LockState&) = default;
};

struct LockStateRow {
  LockState state;
  std::string broken_rule;  // Of a state that a task must not get into; else empty.
  bool stable = false;      // Nobody frees the VMA or moves its bounds meanwhile.
  bool read = false;        // Its fields may be read.
  bool write_most = false;  // ... written, but for those that the rmap trees depend on.
  bool write_all = false;   // ... written.

  bool valid() const { return broken_rule.empty(); }
};

// All 27 states of a VMA that is in both kinds of rmap trees.
std::vector<LockStateRow> ComputeLockStates(VmaLockGeneration generation);

// How the mmap lock is held: for reading, downgraded, for writing.
enum class MmapHold : uint8_t { kRead, kDowngraded, kWrite };
inline constexpr size_t kMmapHolds = 3;

// Whether two tasks cannot hold it so at the same time: [one][other].
using Exclusivity = std::array<std::array<bool, kMmapHolds>, kMmapHolds>;
Exclusivity ComputeExclusivity();

}  // namespace mm_model

#endif  // MM_MODEL_RULES_LOCK_STATE_TABLE_H_
