#include "mm_model/verify/mutants.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>

#include "mm_model/runner.h"
#include "mm_model/strategies.h"

namespace mm_model {
namespace {

constexpr ExplainedMutant kExplained[] = {
#define MM_EXPLAINED(kind, lock_class, scenario, task, why) \
  {MutationKind::kind, LockClass::lock_class, scenario, task, why},
#include "mm_model/verify/explained_mutants.def"
#undef MM_EXPLAINED
};

// What may be done to a lock that is taken so.
std::vector<MutationKind> KindsFor(const LockAttempt& attempt) {
  // The read side of the VMA lock can neither wait nor come later.
  if (attempt.lock_class == LockClass::kVmaReadLock) return {MutationKind::kDrop};
  switch (attempt.how) {
    case Attempt::kRead:
      return {MutationKind::kDrop, MutationKind::kDelay};
    case Attempt::kWrite:
      if (CanBeRead(attempt.lock_class)) {
        return {MutationKind::kDrop, MutationKind::kDelay, MutationKind::kWeaken};
      }
      return {MutationKind::kDrop, MutationKind::kDelay};
    case Attempt::kTry:
      return {MutationKind::kDrop, MutationKind::kWait};
    case Attempt::kFlush:
      return {MutationKind::kDrop};
  }
  return {};
}

}  // namespace

std::vector<MutationSpec> MutantsOf(const Program& program) {
  const auto validator = std::make_unique<lockdep::Validator>(lockdep::Validator::Config{});
  Runner runner(*validator);
  std::set<LockAttempt> attempts;
  RoundRobin turns;
  runner.Run(program, turns,
             {.lock_spy = [&](const LockAttempt& attempt) { attempts.insert(attempt); }});
  std::vector<MutationSpec> mutants;
  for (const LockAttempt& attempt : attempts) {
    for (const MutationKind kind : KindsFor(attempt)) {
      const MutationSpec mutant{kind, attempt.lock_class, 0, attempt.task};
      if (std::find(mutants.begin(), mutants.end(), mutant) == mutants.end()) {
        mutants.push_back(mutant);
      }
    }
  }
  return mutants;
}

std::span<const ExplainedMutant> AllExplainedMutants() { return kExplained; }

const ExplainedMutant* ExplanationOf(std::span<const ExplainedMutant> explained,
                                     const std::string& scenario, const MutationSpec& mutant) {
  const auto found = std::find_if(explained.begin(), explained.end(), [&](const auto& each) {
    return scenario == each.scenario && each.mutant() == mutant;
  });
  return found == explained.end() ? nullptr : &*found;
}

}  // namespace mm_model
