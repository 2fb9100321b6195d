// Says what a finding means: its title and its explanation, which ends with how
// to mend it and how to suppress it.  One wording for each ViolationKind.

#ifndef LOCKDEP_REPORT_WORDING_H_
#define LOCKDEP_REPORT_WORDING_H_

#include <string>
#include <vector>

#include "lockdep/report/report.h"
#include "lockdep/violation.h"

namespace lockdep::report {

// What the words need beside the finding itself.
struct Facts {
  ViolationKind kind = ViolationKind::kLockOrderInversion;
  Level level = Level::kFeasible;
  std::string thread;             // "thread 2 (worker)".
  std::string owner;              // Who holds the lock, if it is another thread.
  std::string lock;               // The lock that it is about; empty if none.
  Frame site;                     // Where it happened.
  Frame taken;                    // Where `lock` was taken; empty if it was not.
  std::vector<std::string> held;  // As InSentence has them.
  std::string subject;
  std::string rule;
  WaitType wait = WaitType::kUnchecked;
  WaitType wait_limit = WaitType::kAny;
  bool across_runs = false;  // No single run shows all of it.
};

// Fills title and explanation of a finding that is complete but for them.
void PutIntoWords(const Facts& facts, Finding* finding);

// A lock in a sentence: g_audit, or "mutex first locked in f()" in quotes, with
// " for reading" behind it if that is the mode.
std::string InSentence(const std::string& lock, const std::string& mode);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_WORDING_H_
