// Runs programs: each execution on a machine that has forgotten the one before,
// all of them on one validator, whose graph grows as a kernel's does over its
// life.
//
// Thread safety: used by one thread.

#ifndef MM_MODEL_RUNNER_H_
#define MM_MODEL_RUNNER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mm_model/mutation.h"
#include "mm_model/program.h"
#include "mm_model/scheduler.h"

namespace mm_model {

class Runner {
 public:
  struct Options {
    Scheduler::Limits limits;
    VmaLockGeneration generation = VmaLockGeneration::kRefcount;
    std::optional<MutationSpec> mutation;
    // Hears of every lock that is about to be taken.
    std::function<void(const LockAttempt&)> lock_spy;
    StepObserver* observer = nullptr;
    // Sees the machine and the address space before they go.  Runs in a task,
    // which is alone.
    std::function<void(AddressSpace&)> inspect;
  };

  explicit Runner(lockdep::Validator& validator)
      : validator_(validator), machine_(validator, &known_class_ids_) {}
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // One execution: sets the address space up, runs all tasks, and says what a
  // task still held when it ended (held-at-exit).
  ExecutionResult Run(const Program& program, Strategy& strategy, const Options& options);

  // Who did each step, in the execution that runs or ran last.
  const std::vector<uint8_t>& choices() const;
  // Whether the mutation of that execution struck.
  bool mutation_struck() const { return mutation_struck_; }

  // Locks that were taken at least once, summed over the executions.
  uint64_t locks_taken() const { return machine_.locks_taken(); }
  // How often each rule was asked, over the executions.
  const Machine::RuleUse& rule_use() const { return machine_.rule_use(); }
  // Memory that executions use, in bytes.
  size_t memory() { return machine_.memory()->capacity(); }

 private:
  // The engine's state of the task of that name; null if memory ended.
  lockdep::ThreadContext* ContextOf(const std::string& task);
  ExecutionResult RunAlone(const char* name, std::function<void()> body);
  ExecutionResult SetUp(const Program& program, VmaLockGeneration generation, AddressSpace* space);
  bool RestoreSetUp(const Program& program, VmaLockGeneration generation, AddressSpace* space);

  // What the set-up of some program left, when the engine had named so many classes.
  struct DoneSetUp {
    std::vector<void (*)(AddressSpace& space)> prepare;
    VmaLockGeneration generation = VmaLockGeneration::kRefcount;
    unsigned learned = 0;
    Machine::Image machine;
    AddressSpace space;
  };

  lockdep::Validator& validator_;
  std::map<std::string, lockdep::ThreadContext*> contexts_;
  KnownClassIds known_class_ids_;
  Machine machine_;
  DoneSetUp done_set_up_;
  std::unique_ptr<Scheduler> scheduler_;  // Of the last execution.
  bool mutation_struck_ = false;
  // Serves when the engine has stopped for want of memory, and holds nothing.
  lockdep::ThreadContext idle_context_;
};

}  // namespace mm_model

#endif  // MM_MODEL_RUNNER_H_
