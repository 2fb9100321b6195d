#include "mm_model/task.h"

#include <cstdlib>
#include <utility>

#include "lockdep/native_stack.h"
#include "mm_model/scheduler.h"

namespace mm_model {

constinit thread_local Task* task_internal::running = nullptr;

const char* ToString(StepKind kind) {
  switch (kind) {
    case StepKind::kStart:
      return "start";
    case StepKind::kLock:
      return "lock";
    case StepKind::kTryLock:
      return "trylock";
    case StepKind::kUnlock:
      return "unlock";
    case StepKind::kDowngrade:
      return "downgrade";
    case StepKind::kRead:
      return "read";
    case StepKind::kWrite:
      return "write";
    case StepKind::kAtomic:
      return "atomic";
    case StepKind::kWait:
      return "wait";
    case StepKind::kYield:
      return "yield";
  }
  return "";
}

Task::Task(Scheduler& scheduler, TaskId id, std::string name, std::function<void()> body,
           lockdep::ThreadContext& context)
    : scheduler_(scheduler),
      machine_(scheduler.machine()),
      id_(id),
      name_(std::move(name)),
      body_(std::move(body)),
      context_(context),
      fiber_(&Task::Main, this) {}

void Task::Resume() {
  task_internal::running = this;
  fiber_.Resume();
  task_internal::running = nullptr;
}

void Task::Main(void* task) { static_cast<Task*>(task)->body_(); }

// Mostly the same task goes on: then there is nothing to switch.
void Task::Pause(const Step& step, const WaitCondition& condition) {
  next_step_ = step;
  condition_ = condition;
  if (!scheduler_.GoesOn(*this)) {
    fiber_.Suspend();
    while (scheduler_.ToldDeadlock(*this)) fiber_.Suspend();
  }
  machine_.Touch(step.object, step.mode);
}

void SchedulingPoint(const Step& step) { current().Pause(step, {}); }

void WaitUntil(const Step& step, const WaitCondition& condition) {
  current().Pause(step, condition);
}

void Corruption(const char* what) {
  Task& task = current();
  if (task.machine().corruption() == nullptr) {
    task.machine().validator().ReportRule(
        task.context(), lockdep::ViolationKind::kModelCorruption, nullptr, what,
        "the locking rules are there so that this cannot be reached", LOCKDEP_CALL_SITE());
    task.machine().set_corruption(what);
  }
  // The scheduler ends the execution and never comes back here.
  SchedulingPoint({StepKind::kWait, what, nullptr});
  std::abort();
}

}  // namespace mm_model
