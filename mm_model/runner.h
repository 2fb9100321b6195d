// Runs scenarios: each execution on a machine of its own, all of them on one
// validator, whose graph grows as a kernel's does over its life.
//
// Thread safety: used by one thread.

#ifndef MM_MODEL_RUNNER_H_
#define MM_MODEL_RUNNER_H_

#include <functional>
#include <map>
#include <string>

#include "mm_model/scenario.h"
#include "mm_model/scheduler.h"

namespace mm_model {

class Runner {
 public:
  struct Options {
    Scheduler::Limits limits;
    StepObserver* observer = nullptr;
    // Sees the machine and the address space before they go.  Runs in a task,
    // which is alone.
    std::function<void(AddressSpace&)> inspect;
  };

  explicit Runner(lockdep::Validator& validator) : validator_(validator) {}
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // One execution: sets the address space up, runs all tasks, and says what a
  // task still held when it ended (held-at-exit).
  ExecutionResult Run(const Scenario& scenario, Strategy& strategy, const Options& options);

  // Locks that were taken at least once, summed over the executions.
  uint64_t locks_taken() const { return locks_taken_; }

 private:
  // The engine's state of the task of that name; null if memory ended.
  lockdep::ThreadContext* ContextOf(const std::string& task);
  ExecutionResult RunAlone(Machine& machine, const char* name, std::function<void()> body);

  lockdep::Validator& validator_;
  std::map<std::string, lockdep::ThreadContext*> contexts_;
  KnownClassIds known_class_ids_;
  uint64_t locks_taken_ = 0;
  // Serves when the engine has stopped for want of memory, and holds nothing.
  lockdep::ThreadContext idle_context_;
};

}  // namespace mm_model

#endif  // MM_MODEL_RUNNER_H_
