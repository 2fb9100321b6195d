// Mutants of a scenario, derived from what its tasks do: each lock that a task
// takes is left out, taken for reading only, taken after the next one, or waited
// for where it is only tried.
//
// Thread safety: none; used by one thread.

#ifndef MM_MODEL_VERIFY_MUTANTS_H_
#define MM_MODEL_VERIFY_MUTANTS_H_

#include <string>
#include <vector>

#include "lockdep/declared_order.h"
#include "mm_model/explore/finding_log.h"
#include "mm_model/mutation.h"
#include "mm_model/program.h"

namespace mm_model {

// All mutants that the program's steps, tasks in turn, give rise to.
std::vector<MutationSpec> MutantsOf(const Program& program);

enum class MutantFate : uint8_t {
  kCaught,     // Reported, in words that name the lock, or as what came of it.
  kElsewhere,  // Reported, but as something that does not name the lock.
  kUnnoticed,
};

struct MutantVerdict {
  MutantFate fate = MutantFate::kUnnoticed;
  Finding finding;  // The first; unless unnoticed.
  uint64_t executions = 0;
};

// Runs the mutant in turns and in some random orders, until something is found.
MutantVerdict Judge(const Program& program, const MutationSpec& mutant,
                    lockdep::DeclaredOrder order);

// Why nothing can be wrong with the mutant, as far as the model goes; null if that
// is not known (mutants.def).
const char* WhyHarmless(const std::string& scenario, const MutationSpec& mutant);

}  // namespace mm_model

#endif  // MM_MODEL_VERIFY_MUTANTS_H_
