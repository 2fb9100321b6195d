// All that the model is checked by, run: rules with their scenarios, mutants, the
// museum, and every pair of operations.
//
// Thread safety: none; used by one thread.

#ifndef MM_MODEL_VERIFY_VERIFIER_H_
#define MM_MODEL_VERIFY_VERIFIER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lockdep/declared_order.h"

namespace mm_model {

struct VerifyOptions {
  uint64_t pair_executions = 100;     // Of each pair, at most.
  uint64_t museum_executions = 3000;  // Of each version of a piece, at most.
};

struct Totals {
  uint64_t rules = 0;
  uint64_t scenarios = 0;
  uint64_t mutants = 0;
  uint64_t mutants_caught = 0;
  uint64_t mutants_harmless = 0;  // Not noticed, and it is known why.
  uint64_t museum_pieces = 0;
  uint64_t pairs = 0;
  uint64_t pairs_exhausted = 0;
  uint64_t executions = 0;
};

struct VerifyResult {
  Totals totals;
  // What is not as expected, one line each; and what nothing noticed, for the record.
  std::vector<std::string> surprises;
  std::vector<std::string> unnoticed;
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
  void CheckMuseum();
  void CheckPairs();

  const lockdep::DeclaredOrder order_;
  VerifyOptions options_;
  VerifyResult result_;
};

}  // namespace mm_model

#endif  // MM_MODEL_VERIFY_VERIFIER_H_
