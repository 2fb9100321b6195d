// Mutants of a scenario, derived from what its tasks do: each lock that a task
// takes is left out, taken for reading only, taken after the next one, or waited
// for where it is only tried.
//
// Thread safety: none; used by one thread.

#ifndef MM_MODEL_VERIFY_MUTANTS_H_
#define MM_MODEL_VERIFY_MUTANTS_H_

#include <span>
#include <string>
#include <vector>

#include "mm_model/mutation.h"
#include "mm_model/program.h"

namespace mm_model {

// All mutants that the program's tasks, in turn, give rise to.
std::vector<MutationSpec> MutantsOf(const Program& program);

// A mutant that nothing can be found against, by the documents: the lock is
// redundant there.  Each names the scenario and the task.
struct ExplainedMutant {
  MutationKind kind;
  LockClass lock_class;
  const char* scenario;
  const char* task;
  const char* why;  // With its source.

  MutationSpec mutant() const { return {kind, lock_class, 0, task}; }
};

std::span<const ExplainedMutant> AllExplainedMutants();
// The one of that mutant; null if there is none.
const ExplainedMutant* ExplanationOf(std::span<const ExplainedMutant> explained,
                                     const std::string& scenario, const MutationSpec& mutant);

}  // namespace mm_model

#endif  // MM_MODEL_VERIFY_MUTANTS_H_
