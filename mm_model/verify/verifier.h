// All that the model is checked by, run: rules with their scenarios, mutants, the
// museum, and every pair of operations.
//
// Thread safety: none; used by one thread.

#ifndef MM_MODEL_VERIFY_VERIFIER_H_
#define MM_MODEL_VERIFY_VERIFIER_H_

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "lockdep/declared_order.h"
#include "mm_model/museum/museum.h"
#include "mm_model/verify/mutants.h"
#include "mm_model/verify/pairs.h"
#include "mm_model/verify/rule_coverage.h"

namespace mm_model {

struct VerifyOptions {
  uint64_t pair_executions = 400;     // Of each pair, depth first, at most; see pairs.h.
  uint64_t museum_executions = 3000;  // Of each version of a piece, at most.
  std::span<const ExplainedMutant> explained = AllExplainedMutants();
};

struct Totals {
  uint64_t rules = 0;
  uint64_t scenarios = 0;
  uint64_t mutants = 0;
  uint64_t mutants_caught = 0;
  uint64_t mutants_explained = 0;  // Not caught: the documents ask for nothing there.
  uint64_t museum_pieces = 0;
  uint64_t consequences = 0;
  uint64_t pairs = 0;
  uint64_t pairs_exhausted = 0;
  uint64_t executions = 0;

  uint64_t mutants_unexplained() const { return mutants - mutants_caught - mutants_explained; }
};

struct PairCoverage {
  std::string first;
  std::string second;
  uint64_t executions = 0;  // Depth first.
  uint64_t sampled = 0;     // Beside these, under random priorities.
  bool exhausted = false;   // Every order of their steps that can matter was run.
};

struct VerifyResult {
  Totals totals;
  // What is not as expected, one line each; and the mutants that are redundant by
  // the documents, each with the reason.
  std::vector<std::string> surprises;
  std::vector<std::string> explained;
  std::vector<CoveredRule> rules;  // Each with a scenario and a mutant.
  std::vector<PairCoverage> pairs;
  bool stopped = false;  // From outside.
};

// The totals in a line.
std::string ToText(const Totals& totals);

class Verifier {
 public:
  explicit Verifier(lockdep::DeclaredOrder order) : order_(order) {}

  // Called with what is being done; returning false ends it.
  std::function<bool(const std::string& part, uint64_t done, uint64_t of)> on_progress;

  VerifyResult Run(const VerifyOptions& options);

 private:
  bool Tell(const char* part, uint64_t done, uint64_t of);
  void CheckScenarios();
  void CheckMutants();
  void CheckMutant(const Scenario& scenario, const MutationSpec& mutant);
  void CheckMuseum();
  void CheckPiece(const char* what, const MuseumPiece& piece);
  void CheckRules();
  void CheckPairs();
  void CheckPair(const OperationPair& pair);

  const lockdep::DeclaredOrder order_;
  VerifyOptions options_;
  VerifyResult result_;
  RuleCoverage coverage_;
  std::set<const ExplainedMutant*> explained_;  // Those whose mutant was met.
};

}  // namespace mm_model

#endif  // MM_MODEL_VERIFY_VERIFIER_H_
