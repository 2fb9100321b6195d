#include "mm_model/task.h"

#include <cstdlib>
#include <utility>

#include "mm_model/machine.h"

namespace mm_model {
namespace {

thread_local Task* running = nullptr;

}  // namespace

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
    case StepKind::kRetry:
      return "retry";
  }
  return "";
}

Task::Task(Machine& machine, std::string name, std::function<void()> body,
           lockdep::ThreadContext& context)
    : machine_(machine),
      name_(std::move(name)),
      body_(std::move(body)),
      context_(context),
      fiber_(&Task::Main, this) {}

bool Task::runnable() const {
  return !ended() && (condition_.holds == nullptr || condition_.holds(condition_.object, *this));
}

void Task::Run() {
  condition_ = {};
  others_moved_ = false;
  running = this;
  fiber_.Resume();
  running = nullptr;
}

void Task::Main(void* task) { static_cast<Task*>(task)->body_(); }

void Task::Pause(const Step& step, const WaitCondition& condition) {
  next_step_ = step;
  condition_ = condition;
  fiber_.Suspend();
}

Task& current() { return *running; }

bool in_task() { return running != nullptr; }

void SchedulingPoint(const Step& step) { current().Pause(step, {}); }

void WaitUntil(const Step& step, const WaitCondition& condition) {
  current().Pause(step, condition);
}

void Corruption(const char* what) {
  Task& task = current();
  task.machine().set_corruption(what);
  // The scheduler ends the execution and never comes back here.
  SchedulingPoint({StepKind::kWait, what, nullptr});
  std::abort();
}

}  // namespace mm_model
