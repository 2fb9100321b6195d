// A task of the model: a kernel thread that runs on a fiber and gives the
// processor away at scheduling points, before every lock operation and every
// access to a guarded field.  Between two of them it runs alone.
//
// Thread safety: all tasks of a machine run on one thread of the host.

#ifndef MM_MODEL_TASK_H_
#define MM_MODEL_TASK_H_

#include <functional>
#include <string>

#include "lockdep/thread_context.h"
#include "mm_model/fiber.h"
#include "mm_model/step.h"

namespace mm_model {

class Machine;
class Task;

// What a blocked task waits for.  Asked again whenever a task is chosen, so it
// must be cheap and must not change anything.
struct WaitCondition {
  bool (*holds)(const void* object, const Task& task) = nullptr;
  const void* object = nullptr;
};

class Task {
 public:
  // `context` must outlive the task and hold nothing.
  Task(Machine& machine, std::string name, std::function<void()> body,
       lockdep::ThreadContext& context);

  const std::string& name() const { return name_; }
  Machine& machine() const { return machine_; }
  lockdep::ThreadContext& context() const { return context_; }

  // What it does when it is chosen next.
  const Step& next_step() const { return next_step_; }
  bool ended() const { return fiber_.ended(); }
  bool blocked() const { return condition_.holds != nullptr; }
  bool runnable() const;
  // It only repeats an attempt that cannot go better before another task moved.
  bool retrying() const { return next_step_.kind == StepKind::kRetry && !others_moved_; }
  void OthersMoved() { others_moved_ = true; }

  // Runs it up to its next scheduling point.  REQUIRES: runnable().
  void Run();

  // Kernel state of the task.
  int rcu_depth = 0;
  bool fatal_signal_pending = false;

 private:
  friend void SchedulingPoint(const Step& step);
  friend void WaitUntil(const Step& step, const WaitCondition& condition);

  static void Main(void* task);
  void Pause(const Step& step, const WaitCondition& condition);

  Machine& machine_;
  const std::string name_;
  const std::function<void()> body_;
  lockdep::ThreadContext& context_;
  Step next_step_;
  WaitCondition condition_;
  bool others_moved_ = false;
  Fiber fiber_;
};

// The running task.  REQUIRES: called from a task.
Task& current();
// Whether the caller is a task.
bool in_task();

// Lets another task run; returns when this one is chosen to do `step`.
void SchedulingPoint(const Step& step);

// Returns when `condition` holds and this task is chosen.
void WaitUntil(const Step& step, const WaitCondition& condition);

// Ends the execution on the spot: the model reached a state that the rules are
// there to prevent.  `what` must outlive the execution.
[[noreturn]] void Corruption(const char* what);

}  // namespace mm_model

#endif  // MM_MODEL_TASK_H_
