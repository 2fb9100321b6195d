// The scheduler runs the tasks of one execution, one step at a time, and asks
// a Strategy which of those that can go on is next.  Its answers are the only
// nondeterminism: the same answers give the same execution.
//
// A strategy is an oracle that knows no operation: round robin and random
// order are here, exhaustive or bounded exploration are further strategies.
//
// Thread safety: used by one thread.

#ifndef MM_MODEL_SCHEDULER_H_
#define MM_MODEL_SCHEDULER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mm_model/machine.h"
#include "mm_model/task.h"

namespace mm_model {

class Strategy {
 public:
  virtual ~Strategy() = default;

  // A new execution of the same tasks begins.
  virtual void BeginExecution() = 0;

  // Returns the index of the task to run.  `runnable` is not empty and in the
  // order in which the tasks were spawned; `last` ran before, null at first.
  virtual size_t ChooseNext(std::span<Task* const> runnable, const Task* last) = 0;
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
  Task& Spawn(std::string name, std::function<void()> body, lockdep::ThreadContext& context);

  // Runs all tasks until they ended, or cannot go on, or a limit is reached.
  ExecutionResult Run(Strategy& strategy, const Limits& limits, StepObserver* observer = nullptr);

 private:
  std::span<Task* const> Runnable();
  void RunOneStep(Task& task, StepObserver* observer);
  void TellOutcome(ExecutionResult& result) const;

  Machine& machine_;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::vector<Task*> runnable_;  // Storage of Runnable().
};

}  // namespace mm_model

#endif  // MM_MODEL_SCHEDULER_H_
