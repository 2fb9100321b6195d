// The scheduler runs the tasks of one execution, one step at a time, and asks
// a Strategy which of those that can go on is next.  Its answers are the only
// nondeterminism: the same answers give the same execution.
//
// A strategy is an oracle that knows no operation: simple ones are in
// strategies.h, bounded and exhaustive exploration in pct.h and dfs.h.
//
// Thread safety: used by one thread.

#ifndef MM_MODEL_SCHEDULER_H_
#define MM_MODEL_SCHEDULER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mm_model/machine.h"
#include "mm_model/task.h"

namespace mm_model {

// Not a task.
inline constexpr TaskId kNobody = kMaxTasks;

// What a strategy chooses from.
struct Situation {
  TaskSet runnable = 0;   // Never empty.
  TaskId last = kNobody;  // Who ran before; kNobody at first.
  uint64_t steps = 0;     // Done so far.
};

// A step that is done.
struct DoneStep {
  TaskId task = kNobody;
  StepKind kind = StepKind::kStart;
  bool had_condition = false;  // It could not have been done at any time.
  Footprint footprint;
};

class Strategy {
 public:
  virtual ~Strategy() = default;

  // A new execution of the same tasks begins.
  virtual void BeginExecution() = 0;

  // Returns the task to run, one of those that can; or kNobody: there is no use
  // in going on with this execution.
  virtual TaskId ChooseNext(const Situation& situation) = 0;

  // The step that was chosen last is done.
  virtual void OnStepDone(const DoneStep& /*step*/) {}
  // When an execution ends, for each task that waits: for `access` of its next step.
  virtual void OnBlocked(TaskId /*task*/, const SharedAccess& /*access*/) {}
};

// Hears of every step before it is done.
class StepObserver {
 public:
  virtual void OnStep(const Task& task, const Step& step) = 0;

 protected:
  ~StepObserver() = default;
};

enum class Outcome : uint8_t {
  kCompleted,   // Every task ran to its end.
  kDeadlock,    // Nobody can go on, and not everybody has ended.
  kCorruption,  // The model reached a state that the rules are there to prevent.
  kStepLimit,   // Still going on after as many steps as were allowed.
  kCut,         // The strategy saw no use in going on.
};

// "completed", "deadlock" and so on; never null.
const char* ToString(Outcome outcome);

struct ExecutionResult {
  Outcome outcome = Outcome::kCompleted;
  uint64_t steps = 0;
  // One line for each task that did not end, or what was corrupted; for people.
  std::vector<std::string> story;
};

class Scheduler {
 public:
  struct Limits {
    uint64_t max_steps = 1'000'000;
  };

  explicit Scheduler(Machine& machine) : machine_(machine) {}

  // Adds a task.  `context` is reset; it must outlive the scheduler.
  // REQUIRES: fewer than kMaxTasks so far.
  Task& Spawn(std::string name, std::function<void()> body, lockdep::ThreadContext& context);

  // Runs all tasks until they ended, or cannot go on, or a limit is reached.  A
  // deadlock is reported to the engine from the first task that waits.
  ExecutionResult Run(Strategy& strategy, const Limits& limits, StepObserver* observer = nullptr);

  // Who did each step, in order; grows as they are begun.
  const std::vector<uint8_t>& choices() const { return choices_; }
  Machine& machine() const { return machine_; }

  // For tasks.  The running one is about to announce its next step; returns
  // whether it goes on at once.
  bool GoesOn(Task& task);
  // A task that was resumed only to tell the deadlock has done so.
  bool ToldDeadlock(Task& task);

 private:
  void FinishStep();
  void Announced(const Task& task);
  TaskSet Runnable() const;
  Task* Choose();
  void TellBlocked();
  void TellOutcome(ExecutionResult& result);
  void TellDeadlock(ExecutionResult& result);

  Machine& machine_;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::vector<uint8_t> choices_;

  // Of the execution.
  Strategy* strategy_ = nullptr;
  StepObserver* observer_ = nullptr;
  uint64_t max_steps_ = 0;
  Task* next_ = nullptr;
  TaskSet alive_ = 0;     // Those that have not ended.
  TaskSet waiting_ = 0;   // Those of them that wait for a condition,
  TaskSet yielding_ = 0;  // and those that give way to all others.
  DoneStep step_;         // The one that runs, but for its footprint.
  bool was_cut_ = false;
  const char* deadlock_ = nullptr;  // What to tell the engine.
};

}  // namespace mm_model

#endif  // MM_MODEL_SCHEDULER_H_
