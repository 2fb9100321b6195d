// One line of a baseline: words, quoting, and what each must look like.

#ifndef LOCKDEP_REPORT_BASELINE_LINE_H_
#define LOCKDEP_REPORT_BASELINE_LINE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lockdep/report/baseline.h"

namespace lockdep::report {

// Parses a line that is neither blank nor a comment.  The message says what is
// wrong and what to do, without file and line.
absl::StatusOr<BaselineEntry> ParseEntry(absl::string_view line);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_BASELINE_LINE_H_
