#include "mm_model/scheduler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mm_model/held_by.h"
#include "mm_model/interned.h"

namespace mm_model {
namespace {

std::string Describe(const Task& task) {
  return absl::StrCat("task '", task.name(), "' waits for ", task.next_step().what, " and holds ",
                      HeldBy(task));
}

}  // namespace

const char* ToString(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCompleted:
      return "completed";
    case Outcome::kDeadlock:
      return "deadlock";
    case Outcome::kCorruption:
      return "corruption";
    case Outcome::kStepLimit:
      return "step-limit";
    case Outcome::kCut:
      return "cut";
  }
  return "";
}

Task& Scheduler::Spawn(std::string name, std::function<void()> body,
                       lockdep::ThreadContext& context) {
  machine_.validator().ResetHeld(context);
  const auto id = static_cast<TaskId>(tasks_.size());
  tasks_.push_back(std::make_unique<Task>(*this, id, std::move(name), std::move(body), context));
  alive_ |= SetOf(id);
  machine_.set_processors(id + 1);
  return *tasks_.back();
}

ExecutionResult Scheduler::Run(Strategy& strategy, const Limits& limits, StepObserver* observer) {
  strategy_ = &strategy;
  observer_ = observer;
  max_steps_ = limits.max_steps;
  choices_.clear();
  strategy.BeginExecution();
  next_ = Choose();
  while (next_ != nullptr) {
    Task& task = *next_;
    task.Resume();
    if (!task.ended()) continue;  // It has chosen who is next.
    alive_ &= ~SetOf(task.id());
    FinishStep();
    next_ = Choose();
  }
  ExecutionResult result{.steps = choices_.size()};
  TellBlocked();
  TellOutcome(result);
  return result;
}

void Scheduler::TellBlocked() {
  for (const auto& task : tasks_) {
    if (task->ended() || task->can_go_on()) continue;
    strategy_->OnBlocked(task->id(), {task->next_step().object, task->next_step().mode});
  }
}

bool Scheduler::GoesOn(Task& task) {
  Announced(task);
  FinishStep();
  next_ = Choose();
  return next_ == &task;
}

void Scheduler::FinishStep() {
  step_.footprint = machine_.footprint();
  strategy_->OnStepDone(step_);
}

// What it waits for may come and go; that it waits changes only here and when it
// is chosen.
void Scheduler::Announced(const Task& task) {
  const TaskSet it = SetOf(task.id());
  if (task.condition().holds != nullptr) waiting_ |= it;
  if (task.next_step().kind == StepKind::kYield) yielding_ |= it;
}

// Those that yield only if there are no others.
TaskSet Scheduler::Runnable() const {
  TaskSet able = alive_ & ~waiting_;
  for (TaskSet left = alive_ & waiting_; left != 0; left &= left - 1) {
    const TaskId waiter = FirstOf(left);
    if (tasks_[waiter]->can_go_on()) able |= SetOf(waiter);
  }
  const TaskSet others = able & ~yielding_;
  return others != 0 ? others : able;
}

// Null: the execution has ended.
Task* Scheduler::Choose() {
  if (machine_.corruption() != nullptr || choices_.size() >= max_steps_) return nullptr;
  const TaskSet runnable = Runnable();
  if (runnable == 0) return nullptr;
  const TaskId last = choices_.empty() ? kNobody : choices_.back();
  const TaskId chosen = strategy_->ChooseNext({runnable, last, choices_.size()});
  was_cut_ = chosen == kNobody;
  if (was_cut_) return nullptr;
  Task& task = *tasks_[chosen];
  choices_.push_back(static_cast<uint8_t>(chosen));
  machine_.BeginFootprint();
  step_ = {chosen, task.next_step().kind, task.condition().holds != nullptr, {}};
  task.StopWaiting();
  waiting_ &= ~SetOf(chosen);
  yielding_ &= ~SetOf(chosen);
  if (observer_ != nullptr) observer_->OnStep(task, task.next_step());
  return &task;
}

void Scheduler::TellOutcome(ExecutionResult& result) {
  const auto ended = [](const auto& task) { return task->ended(); };
  if (machine_.corruption() != nullptr) {
    result.outcome = Outcome::kCorruption;
    result.story.emplace_back(machine_.corruption());
  } else if (was_cut_) {
    result.outcome = Outcome::kCut;
  } else if (!std::all_of(tasks_.begin(), tasks_.end(), ended)) {
    result.outcome = Runnable() != 0 ? Outcome::kStepLimit : Outcome::kDeadlock;
    for (const auto& task : tasks_) {
      if (!task->ended()) result.story.push_back(Describe(*task));
    }
    if (result.outcome == Outcome::kDeadlock) TellDeadlock(result);
  }
}

// On the stack of the first task that waits, so that the report shows where.
void Scheduler::TellDeadlock(ExecutionResult& result) {
  deadlock_ = Interned(absl::StrJoin(result.story, "; "));
  for (const auto& task : tasks_) {
    if (!task->ended()) return task->Resume();
  }
}

bool Scheduler::ToldDeadlock(Task& task) {
  if (deadlock_ == nullptr) return false;
  const WaitCondition& wait = task.condition();
  machine_.validator().ReportRule(task.context(), lockdep::ViolationKind::kDeadlock, wait.lock,
                                  task.next_step().what, deadlock_,
                                  wait.site == nullptr ? lockdep::CallSite() : *wait.site);
  deadlock_ = nullptr;
  return true;
}

}  // namespace mm_model
