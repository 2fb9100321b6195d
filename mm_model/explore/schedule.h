// A schedule: who goes on when, as a value that can be printed, kept and run
// again.  A string of it names the scenario and the kind of VMA lock it was made
// for, and ends with a check sum over the steps that it leads to, so that one of
// another scenario or of another version of the model is refused:
//
//   mm1:fault+munmap:refcount:a12.b7.a3:5f31c2a7
//
// Task a does 12 steps, b 7, a 3; then each task goes on as far as it can, the
// last one first.
//
// Thread safety: plain data.

#ifndef MM_MODEL_EXPLORE_SCHEDULE_H_
#define MM_MODEL_EXPLORE_SCHEDULE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "mm_model/scheduler.h"

namespace mm_model {

// One task's uninterrupted steps.
struct Stretch {
  TaskId task = 0;
  uint64_t steps = 0;
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

struct Schedule {
  std::string subject;  // The scenario, or several joined by '+'.
  VmaLockGeneration generation = VmaLockGeneration::kRefcount;
  std::vector<Stretch> stretches;
  uint32_t check_sum = 0;
};

// "refcount" or "semaphore"; never null.
const char* ToString(VmaLockGeneration generation);
// Returns whether the word is one of them.
bool ParseGeneration(std::string_view word, VmaLockGeneration* generation);

std::string ToString(const Schedule& schedule);
absl::StatusOr<Schedule> ParseSchedule(std::string_view text);

// Who did each step, as stretches.
std::vector<Stretch> ToStretches(std::span<const uint8_t> choices);

// Sums up what the steps of an execution did.
class StepCheckSum final : public StepObserver {
 public:
  void OnStep(const Task& task, const Step& step) override;
  uint32_t value() const { return static_cast<uint32_t>(sum_ ^ (sum_ >> 32)); }

 private:
  uint64_t sum_ = 0xcbf29ce484222325u;
};

// Follows a schedule.  A stretch ends early if its task cannot go on.
class Replay final : public Strategy {
 public:
  explicit Replay(std::span<const Stretch> stretches) : stretches_(stretches) {}

  void BeginExecution() override;
  TaskId ChooseNext(const Situation& situation) override;

 private:
  const std::span<const Stretch> stretches_;
  size_t stretch_ = 0;
  uint64_t done_ = 0;  // Steps of that stretch.
};

}  // namespace mm_model

#endif  // MM_MODEL_EXPLORE_SCHEDULE_H_
