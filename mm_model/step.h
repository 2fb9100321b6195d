// A step: what a task does between two scheduling points.  It is announced
// before it is done, so that whoever chooses the next task knows what each of
// them would do.

#ifndef MM_MODEL_STEP_H_
#define MM_MODEL_STEP_H_

#include <cstdint>

namespace mm_model {

enum class StepKind : uint8_t {
  kStart,      // The first step of a task.
  kLock,       // Takes a lock, or queues for it.
  kTryLock,    // Takes a lock if that is possible now.
  kUnlock,     // Gives a lock back.
  kDowngrade,  // Turns a write lock into a read lock.
  kRead,       // Reads a guarded field.
  kWrite,      // Writes a guarded field.
  kAtomic,     // Changes an atomic counter.
  kWait,       // Goes on once a condition holds.
  kRetry,      // Starts an optimistic attempt again: of use only after somebody else moved.
};

struct Step {
  StepKind kind = StepKind::kStart;
  const char* what = "start";    // The lock's class or the field; outlives the execution.
  const void* object = nullptr;  // The lock, or the object that the field belongs to.
};

// "lock", "write" and so on; never null.
const char* ToString(StepKind kind);

}  // namespace mm_model

#endif  // MM_MODEL_STEP_H_
