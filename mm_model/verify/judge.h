// What the rules say of a mutant: whether the right thing is found, about the
// right lock, at the right step.
//
// Thread safety: none; used by one thread.

#ifndef MM_MODEL_VERIFY_JUDGE_H_
#define MM_MODEL_VERIFY_JUDGE_H_

#include <vector>

#include "lockdep/declared_order.h"
#include "mm_model/explore/finding_log.h"
#include "mm_model/mutation.h"
#include "mm_model/program.h"

namespace mm_model {

enum class MutantFate : uint8_t {
  kCaught,     // What is found names the lock, and the task is where it should hold it.
  kElsewhere,  // Something is found, but about another lock, or at another place.
  kUnnoticed,
};

struct MutantVerdict {
  MutantFate fate = MutantFate::kUnnoticed;
  Finding finding;                // The one that caught it, else the first; unless unnoticed.
  std::vector<Finding> breaches;  // All that would have caught it, of that execution.
  uint64_t executions = 0;
};

// Runs the program as it is, from which the engine learns its orders, and then
// the mutant, in some orders of steps, until it is caught.
MutantVerdict Judge(const Program& program, const MutationSpec& mutant,
                    lockdep::DeclaredOrder order);

}  // namespace mm_model

#endif  // MM_MODEL_VERIFY_JUDGE_H_
