// Suppressions: patterns of findings that somebody does not want to hear of, as
// text files that live in the user's repository.  One a line:
//
//   kind=... class=... function=... module=... reason="why" [owner=] [expires=YYYY-MM-DD]
//
// kind, class, function and module are globs (glob.h) over a whole name; at least
// one of them is needed, and all that are given must hold: class=A class=B is for
// findings over both.  Only of kinds one is enough.  A class is what reports call
// it; a function is one of any stack, with or without its parameters; a module is
// a path or its last part.  The reason is what reports show, and it is mandatory.
//
// Lines of ThreadSanitizer are understood: `deadlock:PATTERN` suppresses the
// findings that it calls so, `mutex:PATTERN` the misuse of mutexes; those that are
// not about locks are skipped.
//
// A suppression counts up to and including the day `expires`.
// Refuses what it cannot parse, with file and line.
//
// Thread safety: plain data.

#ifndef LOCKDEP_REPORT_SUPPRESSIONS_H_
#define LOCKDEP_REPORT_SUPPRESSIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

struct Suppression {
  std::string place;               // "ci/locks.suppressions:7".
  std::vector<std::string> kinds;  // The finding's kind is one of them; empty: any.
  // Globs, each of which must match something of the finding.
  std::vector<std::string> classes;
  std::vector<std::string> functions;
  std::vector<std::string> modules;
  std::vector<std::string> anything;  // A function, file or module.
  std::string reason;                 // Never empty.
  std::string owner;
  std::string expires;      // "YYYY-MM-DD", or empty.
  bool is_foreign = false;  // ThreadSanitizer's: not to be told of as unused.
};

// `file` is for messages: "ci/locks.suppressions:7: reason; next step".
absl::StatusOr<std::vector<Suppression>> ParseSuppressions(absl::string_view text,
                                                           absl::string_view file);

// Indices of suppressions that did nothing.
struct SuppressionUse {
  std::vector<size_t> unused;   // Matched no finding.
  std::vector<size_t> expired;  // Would have matched one.
};

// Sets `suppressed_by` of every finding that a suppression matches and that is
// not suppressed yet.  `today` is "YYYY-MM-DD".
SuppressionUse Suppress(const std::vector<Suppression>& suppressions, absl::string_view today,
                        Report* report);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_SUPPRESSIONS_H_
