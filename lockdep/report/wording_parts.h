// What the words of several kinds are made of.

#ifndef LOCKDEP_REPORT_WORDING_PARTS_H_
#define LOCKDEP_REPORT_WORDING_PARTS_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "lockdep/report/report.h"
#include "lockdep/report/wording.h"

namespace lockdep::report {

struct Words {
  std::string title;
  std::string how;  // What can go wrong, and by which steps.
  std::string fix;
};

// A sentence, after a blank: what became of it in the run, or the runs.
std::string Outcome(const Facts& facts);
const char* IsOrCanBe(const Facts& facts, const char* is, const char* can_be);
std::string Capitalised(std::string text);
std::string Quoted(const std::string& lock);
std::string From(const FindingEdge& edge);
std::string To(const FindingEdge& edge);
// "transfer() takes A then B; ...".
std::string Steps(const Finding& finding, size_t most);

// What `describe` says of the first `most` steps, and how many more there are.
using Describe = absl::FunctionRef<std::string(const FindingEdge&)>;
std::string OfEach(const Finding& finding, size_t most, Describe describe);

// Steps of a cycle that are told in sentences; all stand in the edges.
inline constexpr size_t kMostDeeds = 8;
// "thread 1 (main) held A, taken in f() at x.cc:1, and took B in g() at x.cc:2".
std::string Deed(const FindingEdge& edge);
std::string HeldThen(const Facts& facts);
std::string Whiles(const Facts& facts);
// ", taken in f() at x.cc:1"; empty if that is not known.
std::string TakenPart(const Facts& facts);
bool AllMutexes(const Finding& finding);

// Words of the kinds that are about contexts.
Words InconsistentContext(const Facts& facts, const Finding& finding);
Words ContextInversion(const Facts& facts, const Finding& finding);
Words InvalidWaitContext(const Facts& facts, const Finding& finding);

// Words of the kinds that are about waiting.
Words WaitWhileHolding(const Facts& facts, const Finding& finding);
Words Deadlock(const Facts& facts, const Finding& finding);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_WORDING_PARTS_H_
