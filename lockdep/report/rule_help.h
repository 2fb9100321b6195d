// What each kind of finding means and how to mend it, apart from any one
// finding: for the rule lists of SARIF and for help pages.

#ifndef LOCKDEP_REPORT_RULE_HELP_H_
#define LOCKDEP_REPORT_RULE_HELP_H_

#include <span>

#include "absl/strings/string_view.h"

namespace lockdep::report {

struct RuleHelp {
  absl::string_view kind;     // As in ToString(ViolationKind).
  absl::string_view name;     // "LockOrderInversion".
  absl::string_view summary;  // One sentence.
  absl::string_view meaning;  // A few sentences; below 1024 bytes, as code scanning asks.
  absl::string_view fix;      // What to do.
};

// Sorted by kind.  Constant text: nothing of it comes from outside.
std::span<const RuleHelp> AllRuleHelp();

// For a kind that is not known here: a rule without a kind, which says so.
const RuleHelp& RuleHelpFor(absl::string_view kind);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_RULE_HELP_H_
