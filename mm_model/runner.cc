#include "mm_model/runner.h"

#include <utility>

#include "mm_model/strategies.h"

namespace mm_model {
namespace {

// Stacks in reports begin with these two: what is below them is the model's
// machinery.
[[gnu::noinline]] void RunSetUp(const Program& program, AddressSpace& space) {
  MM_MODEL_STACK_ENDS_HERE();
  for (auto* const prepare : program.prepare) prepare(space);
}

[[gnu::noinline]] void RunPart(const Program::Part& part, AddressSpace& space) {
  MM_MODEL_STACK_ENDS_HERE();
  part.run(space);
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

const std::vector<uint8_t>& Runner::choices() const {
  static const auto& none = *new std::vector<uint8_t>;
  return scheduler_ == nullptr ? none : scheduler_->choices();
}

ExecutionResult Runner::RunAlone(const char* name, std::function<void()> body) {
  Scheduler scheduler(machine_);
  scheduler.Spawn(name, std::move(body), *ContextOf(name));
  FirstRunnable strategy;
  return scheduler.Run(strategy, {});
}

// A set-up has no choices, so it leaves the same each time.  While the engine still
// names classes it is done anew: what it leaves has the names that were known by then.
bool Runner::RestoreSetUp(const Program& program, VmaLockGeneration generation,
                          AddressSpace* space) {
  const DoneSetUp& done = done_set_up_;
  if (done.prepare != program.prepare || done.generation != generation) return false;
  if (done.learned != known_class_ids_.learned) return false;
  machine_.Restore(done.machine);
  *space = done.space;
  return true;
}

ExecutionResult Runner::SetUp(const Program& program, VmaLockGeneration generation,
                              AddressSpace* space) {
  machine_.vma_lock_generation = generation;
  if (RestoreSetUp(program, generation, space)) return {};
  ExecutionResult result = RunAlone("setup", [&] { RunSetUp(program, *space); });
  if (result.outcome != Outcome::kCompleted) return result;
  done_set_up_.prepare = program.prepare;
  done_set_up_.generation = generation;
  done_set_up_.learned = known_class_ids_.learned;
  done_set_up_.space = *space;
  machine_.Save(&done_set_up_.machine);
  return result;
}

ExecutionResult Runner::Run(const Program& program, Strategy& strategy, const Options& options) {
  scheduler_.reset();
  machine_.Clear();
  AddressSpace space;
  ExecutionResult set_up = SetUp(program, options.generation, &space);
  if (set_up.outcome != Outcome::kCompleted) return set_up;

  Mutation mutation(options.mutation.value_or(MutationSpec{}), options.lock_spy);
  if (options.mutation.has_value() || options.lock_spy) machine_.mutation = &mutation;
  scheduler_ = std::make_unique<Scheduler>(machine_);
  for (const Program::Part& part : program.parts) {
    scheduler_->Spawn(
        part.task, [&part, &space] { RunPart(part, space); }, *ContextOf(part.task));
  }
  ExecutionResult result = scheduler_->Run(strategy, options.limits, options.observer);
  mutation_struck_ = mutation.struck();
  machine_.mutation = nullptr;
  if (options.inspect) RunAlone("inspect", [&] { options.inspect(space); });
  return result;
}

}  // namespace mm_model
