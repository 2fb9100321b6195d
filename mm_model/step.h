// A step: what a task does between two scheduling points.  It is announced
// before it is done, so that whoever chooses the next task knows what each of
// them would do.  Everything shared that it touches is its footprint: two steps
// of different tasks whose footprints do not conflict may be swapped.

#ifndef MM_MODEL_STEP_H_
#define MM_MODEL_STEP_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mm_model {

// Tasks of an execution are numbered in the order in which they were spawned.
inline constexpr unsigned kMaxTasks = 8;
using TaskId = unsigned;
using TaskSet = uint32_t;  // Bit i: task i.

constexpr TaskSet SetOf(TaskId task) { return TaskSet{1} << task; }
constexpr bool Contains(TaskSet set, TaskId task) { return (set & SetOf(task)) != 0; }
// REQUIRES: the set is not empty.
constexpr TaskId FirstOf(TaskSet set) { return static_cast<TaskId>(std::countr_zero(set)); }
constexpr unsigned CountOf(TaskSet set) { return static_cast<unsigned>(std::popcount(set)); }

enum class StepKind : uint8_t {
  kStart,      // The first step of a task.
  kLock,       // Takes a lock, or queues for it.
  kTryLock,    // Takes a lock if that is possible now.
  kUnlock,     // Gives a lock back.
  kDowngrade,  // Turns a write lock into a read lock.
  kRead,       // Reads a guarded field.
  kWrite,      // Writes a guarded field.
  kAtomic,     // Reads or changes an atomic counter.
  kWait,       // Goes on once a condition holds.
  kYield,      // Goes on when nobody else can.
};

// "lock", "write" and so on; never null.
const char* ToString(StepKind kind);

// Shared accesses of one object can be swapped with each other: reads, but also
// the two ends of read locks and increments that nobody asks the result of.
enum class AccessMode : uint8_t { kShared, kExclusive };

struct SharedAccess {
  const void* object = nullptr;
  AccessMode mode = AccessMode::kExclusive;

  bool ConflictsWith(const SharedAccess& other) const {
    return object == other.object &&
           (mode == AccessMode::kExclusive || other.mode == AccessMode::kExclusive);
  }
};

using Footprint = std::span<const SharedAccess>;

inline bool Conflict(Footprint one, Footprint other) {
  return std::any_of(one.begin(), one.end(), [&](const SharedAccess& access) {
    return std::any_of(other.begin(), other.end(),
                       [&](const SharedAccess& its) { return access.ConflictsWith(its); });
  });
}

struct Step {
  StepKind kind = StepKind::kStart;
  const char* what = "start";    // The lock's class or the field; outlives the execution.
  const void* object = nullptr;  // What it touches; null: nothing that is shared.
  AccessMode mode = AccessMode::kExclusive;
};

}  // namespace mm_model

#endif  // MM_MODEL_STEP_H_
