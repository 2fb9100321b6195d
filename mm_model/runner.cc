#include "mm_model/runner.h"

#include <utility>

#include "mm_model/strategies.h"

namespace mm_model {
namespace {

// Stacks in reports begin with these two: what is below them is the model's
// machinery.
[[gnu::noinline]] void RunSetUp(AddressSpace* space) {
  MM_MODEL_STACK_ENDS_HERE();
  SetUp(space);
}

[[gnu::noinline]] void RunScenarioTask(const ScenarioTask& task, AddressSpace& space) {
  MM_MODEL_STACK_ENDS_HERE();
  task.run(space);
  machine().validator().ReportHeld(current().context(), lockdep::ViolationKind::kHeldAtExit);
}

}  // namespace

Runner::~Runner() {
  for (const auto& [name, context] : contexts_) {
    validator_.ResetHeld(*context);
    validator_.DestroyThread(context);
  }
}

lockdep::ThreadContext* Runner::ContextOf(const std::string& task) {
  const auto known = contexts_.find(task);
  if (known != contexts_.end()) return known->second;
  lockdep::ThreadContext* const context = validator_.CreateThread(task.c_str());
  if (context == nullptr) return &idle_context_;
  contexts_.emplace(task, context);
  return context;
}

ExecutionResult Runner::RunAlone(Machine& machine, const char* name, std::function<void()> body) {
  Scheduler scheduler(machine);
  scheduler.Spawn(name, std::move(body), *ContextOf(name));
  FirstRunnable strategy;
  return scheduler.Run(strategy, {});
}

ExecutionResult Runner::Run(const Scenario& scenario, Strategy& strategy, const Options& options) {
  Machine machine(validator_, &known_class_ids_);
  AddressSpace space;
  ExecutionResult set_up = RunAlone(machine, "setup", [&] { RunSetUp(&space); });
  if (set_up.outcome != Outcome::kCompleted) return set_up;

  Scheduler scheduler(machine);
  for (const ScenarioTask& task : scenario.tasks) {
    const auto body = [&task, &space] { RunScenarioTask(task, space); };
    scheduler.Spawn(task.name, body, *ContextOf(task.name));
  }
  ExecutionResult result = scheduler.Run(strategy, options.limits, options.observer);
  locks_taken_ += machine.locks_taken();
  if (options.inspect) RunAlone(machine, "inspect", [&] { options.inspect(space); });
  return result;
}

}  // namespace mm_model
