#include "lockdep/report/wording_parts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/report/frames.h"

namespace lockdep::report {
namespace {

// "transfer() takes A then B".
std::string Step(const FindingEdge& edge) {
  if (edge.thread.empty() && !edge.declaration.empty()) {
    return absl::StrCat("the declared order has ", Quoted(edge.from), " before ", Quoted(edge.to));
  }
  return absl::StrCat(Who(ActorOf(edge)), " takes ", From(edge), " then ", To(edge));
}

}  // namespace

const char* IsOrCanBe(const Facts& facts, const char* is, const char* can_be) {
  return facts.level == Level::kConfirmed ? is : can_be;
}

std::string Outcome(const Facts& facts) {
  if (facts.across_runs) return " No single run did all of this; a process that does can deadlock.";
  if (facts.level == Level::kNote) {
    return " It did not happen in this run, and something that was seen rules it out there.";
  }
  return IsOrCanBe(facts, " It happened in this run.",
                   " It did not happen in this run; with other timing it can.");
}

std::string Capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 'a' - 'A';
  return text;
}

std::string Quoted(const std::string& lock) {
  return lock.find(' ') == lock.npos ? lock : absl::StrCat("\"", lock, "\"");
}

std::string From(const FindingEdge& edge) { return InSentence(edge.from, edge.from_mode); }
std::string To(const FindingEdge& edge) { return InSentence(edge.to, edge.to_mode); }

std::string OfEach(const Finding& finding, size_t most, Describe describe) {
  std::vector<std::string> parts;
  for (const FindingEdge& edge : finding.edges) {
    if (parts.size() == most) {
      parts.push_back(absl::StrCat("and ", finding.edges.size() - most, " steps more"));
      break;
    }
    parts.push_back(describe(edge));
  }
  return absl::StrJoin(parts, "; ");
}

std::string Steps(const Finding& finding, size_t most) { return OfEach(finding, most, Step); }

std::string Deed(const FindingEdge& edge) {
  return absl::StrCat(ThreadAndRun(edge), " held ", From(edge), ", taken ", InPlace(edge.from_site),
                      ", and took ", To(edge), " ", InPlace(edge.to_site));
}

std::string HeldThen(const Facts& facts) {
  if (facts.held.empty()) return "The thread held no lock.";
  return absl::StrCat("The thread held ", absl::StrJoin(facts.held, ", "), ".");
}

std::string Whiles(const Facts& facts) {
  return facts.held.empty() ? "while holding no lock"
                            : absl::StrCat("while holding ", absl::StrJoin(facts.held, ", "));
}

std::string TakenPart(const Facts& facts) {
  return facts.taken == Frame{} ? "" : absl::StrCat(", taken ", InPlace(facts.taken));
}

bool AllMutexes(const Finding& finding) {
  return std::all_of(finding.locks.begin(), finding.locks.end(), [](const FindingLock& lock) {
    return lock.kind == "mutex" || lock.kind == "recursive-mutex";
  });
}

std::string InSentence(const std::string& lock, const std::string& mode) {
  const bool reads = mode == "read" || mode == "recursive-read";
  return reads ? absl::StrCat(Quoted(lock), " for reading") : Quoted(lock);
}

}  // namespace lockdep::report
