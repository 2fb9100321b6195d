#include "mm_model/scheduler.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mm_model {
namespace {

// "mm->mmap_lock (write), folio_lock (write)"
std::string HeldBy(const Task& task, const lockdep::Validator& validator) {
  const lockdep::HeldLocks& held = task.context().held;
  std::string text;
  for (uint32_t i = 0; i < held.depth(); ++i) {
    const char* name = validator.classes().Get(held[i].class_id).name;
    // A lock is announced before it is waited for: the newest is not held yet.
    const bool awaited = i + 1 == held.depth() && std::strcmp(name, task.next_step().what) == 0;
    if (awaited) continue;
    const char* mode = held[i].mode == lockdep::ReadMode::kWrite ? " (write)" : " (read)";
    absl::StrAppend(&text, text.empty() ? "" : ", ", name, mode);
  }
  return text.empty() ? "nothing" : text;
}

std::string Describe(const Task& task, const lockdep::Validator& validator) {
  return absl::StrCat("task '", task.name(), "' waits for ", task.next_step().what, " and holds ",
                      HeldBy(task, validator));
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
  }
  return "";
}

Task& Scheduler::Spawn(std::string name, std::function<void()> body,
                       lockdep::ThreadContext& context) {
  machine_.validator().ResetHeld(context);
  tasks_.push_back(std::make_unique<Task>(machine_, std::move(name), std::move(body), context));
  return *tasks_.back();
}

ExecutionResult Scheduler::Run(Strategy& strategy, const Limits& limits, StepObserver* observer) {
  ExecutionResult result;
  const Task* last = nullptr;
  strategy.BeginExecution();
  while (machine_.corruption() == nullptr && result.steps < limits.max_steps) {
    const std::span<Task* const> runnable = Runnable();
    if (runnable.empty()) break;
    Task& task = *runnable[strategy.ChooseNext(runnable, last)];
    RunOneStep(task, observer);
    last = &task;
    ++result.steps;
  }
  TellOutcome(result);
  return result;
}

// Tasks that can go on; those that only repeat a failed attempt just if there
// are no others.
std::span<Task* const> Scheduler::Runnable() {
  runnable_.clear();
  for (const auto& task : tasks_) {
    if (task->runnable() && !task->retrying()) runnable_.push_back(task.get());
  }
  for (const auto& task : tasks_) {
    if (!runnable_.empty()) break;
    if (task->runnable()) runnable_.push_back(task.get());
  }
  return runnable_;
}

void Scheduler::RunOneStep(Task& task, StepObserver* observer) {
  if (observer != nullptr) observer->OnStep(task, task.next_step());
  task.Run();
  for (const auto& other : tasks_) {
    if (other.get() != &task) other->OthersMoved();
  }
}

void Scheduler::TellOutcome(ExecutionResult& result) const {
  const auto ended = [](const auto& task) { return task->ended(); };
  if (machine_.corruption() != nullptr) {
    result.outcome = Outcome::kCorruption;
    result.story.emplace_back(machine_.corruption());
  } else if (!std::all_of(tasks_.begin(), tasks_.end(), ended)) {
    const auto runnable = [](const auto& task) { return task->runnable(); };
    const bool goes_on = std::any_of(tasks_.begin(), tasks_.end(), runnable);
    result.outcome = goes_on ? Outcome::kStepLimit : Outcome::kDeadlock;
    for (const auto& task : tasks_) {
      if (!task->ended()) result.story.push_back(Describe(*task, machine_.validator()));
    }
  }
}

}  // namespace mm_model
