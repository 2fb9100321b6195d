// What is said of waits for something that is no lock, and of deadlocks that happened.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/wording_parts.h"

namespace lockdep::report {
namespace {

// "f() waits for S while holding A", or, of who ends a wait, "g() gets A before it ends S".
std::string Step(const Finding& finding, const FindingEdge& edge) {
  if (IsEvent(finding, edge.from)) {
    return absl::StrCat(Who(edge.from_site), " needs ", To(edge), " before the wait for ",
                        Quoted(edge.from), " ends");
  }
  return absl::StrCat(Who(edge.to_site), " waits for ", To(edge), " while holding ", From(edge));
}

std::string Deed(const Finding& finding, const FindingEdge& edge) {
  if (IsEvent(finding, edge.from)) {
    return absl::StrCat(edge.thread, " ended a wait for ", Quoted(edge.from), " ",
                        InPlace(edge.from_site), ", after it got ", To(edge), " ",
                        InPlace(edge.to_site));
  }
  return absl::StrCat(edge.thread, " held ", From(edge), ", taken ", InPlace(edge.from_site),
                      ", and waited for ", To(edge), " ", InPlace(edge.to_site));
}

// "thread 2 (worker) holds A, taken in f() at x.c:1, and waits for B in g() at x.c:2".
std::string Stands(const FindingEdge& edge) {
  if (edge.HasEnded()) {
    return absl::StrCat(edge.thread, " has ended and left ", From(edge), " locked, taken ",
                        InPlace(edge.from_site));
  }
  const std::string waits = absl::StrCat(" waits for ", To(edge), " ", InPlace(edge.to_site));
  if (edge.HoldsNothing()) return absl::StrCat(edge.thread, waits);
  return absl::StrCat(edge.thread, " holds ", From(edge), ", taken ", InPlace(edge.from_site),
                      ", and", waits);
}

}  // namespace

Words WaitWhileHolding(const Facts& facts, const Finding& finding) {
  Words words;
  words.title = absl::StrCat(
      "Possible deadlock: ",
      OfEach(finding, kMostDeeds, [&](const FindingEdge& edge) { return Step(finding, edge); }));
  words.how = absl::StrCat(
      Capitalised(OfEach(finding, kMostDeeds,
                         [&](const FindingEdge& edge) { return Deed(finding, edge); })),
      ". When both happen at the same time, each waits for the other, for ever.", Outcome(facts));
  words.fix = "release the lock before waiting, or end the wait without it";
  return words;
}

// Without edges the rule says who waits for what.
Words Deadlock(const Facts& facts, const Finding& finding) {
  Words words;
  words.title = absl::StrCat("Deadlock: ", facts.rule.empty() ? Who(facts.site) : facts.rule);
  words.how = "It happened: nobody can go on. ";
  if (finding.edges.empty()) {
    absl::StrAppend(&words.how, Capitalised(facts.thread), " waits ", InPlace(facts.site), ". ",
                    HeldThen(facts));
  } else {
    absl::StrAppend(&words.how, Capitalised(OfEach(finding, kMostDeeds, Stands)), ".");
  }
  const bool has_ended = std::any_of(finding.edges.begin(), finding.edges.end(),
                                     [](const FindingEdge& edge) { return edge.HasEnded(); });
  words.fix =
      has_ended ? "release the lock on every way out of the thread that takes it"
                : "release what one of them holds before it waits, or take the locks in one order";
  return words;
}

}  // namespace lockdep::report
