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
#include "mm_model/machine.h"
#include "mm_model/step.h"

namespace mm_model {

class Scheduler;
class Task;

// What a blocked task waits for.  Asked again whenever a task is chosen, so it
// must be cheap, must not change anything, and must depend on nothing but the
// step's object (and, for a killable wait, the task's fatal signal).
struct WaitCondition {
  bool (*holds)(const void* object, const Task& task) = nullptr;
  const void* object = nullptr;
  // For the report, should it never hold: which lock, and where.  May be null;
  // what they point to must live as long as the wait.
  const lockdep::LockMap* lock = nullptr;
  const lockdep::CallSite* site = nullptr;
};

class Task {
 public:
  // `context` must outlive the task and hold nothing.
  Task(Scheduler& scheduler, TaskId id, std::string name, std::function<void()> body,
       lockdep::ThreadContext& context);

  TaskId id() const { return id_; }
  const std::string& name() const { return name_; }
  Machine& machine() const { return machine_; }
  lockdep::ThreadContext& context() const { return context_; }

  // What it does when it is chosen next.
  const Step& next_step() const { return next_step_; }
  bool ended() const { return fiber_.ended(); }
  const WaitCondition& condition() const { return condition_; }
  // Whether what it waits for, if anything, is there.
  bool can_go_on() const {
    return condition_.holds == nullptr || condition_.holds(condition_.object, *this);
  }

  // Runs it until the scheduler chooses another task.  REQUIRES: it was chosen.
  void Resume();
  // It was chosen: what it waited for is there.
  void StopWaiting() { condition_ = {}; }

  // Kernel state of the task.
  int rcu_depth = 0;
  int irqs_off = 0;
  bool fatal_signal_pending = false;
  bool speculates = false;  // Between mmap_lock_speculate_try_begin and the retry.

 private:
  friend void SchedulingPoint(const Step& step);
  friend void WaitUntil(const Step& step, const WaitCondition& condition);

  static void Main(void* task);
  void Pause(const Step& step, const WaitCondition& condition);

  Scheduler& scheduler_;
  Machine& machine_;
  const TaskId id_;
  const std::string name_;
  const std::function<void()> body_;
  lockdep::ThreadContext& context_;
  Step next_step_;
  WaitCondition condition_;
  Fiber fiber_;
};

namespace task_internal {
extern constinit thread_local Task* running;
}

// The running task.  REQUIRES: called from a task.
inline Task& current() { return *task_internal::running; }
// Whether the caller is a task.
inline bool in_task() { return task_internal::running != nullptr; }

// The machine of the running task.
inline Machine& machine() { return current().machine(); }

// Lets another task run; returns when this one is chosen to do `step`.
void SchedulingPoint(const Step& step);

// Returns when `condition` holds and this task is chosen.
void WaitUntil(const Step& step, const WaitCondition& condition);

// The step that runs now also touches `object`.
inline void AlsoTouches(const void* object, AccessMode mode) { machine().Touch(object, mode); }

// Ends the execution on the spot: the model reached a state that the rules are
// there to prevent.  Reported as model-corruption, from here.  `what` must
// outlive the execution.
[[noreturn, gnu::noinline]] void Corruption(const char* what);

}  // namespace mm_model

#endif  // MM_MODEL_TASK_H_
