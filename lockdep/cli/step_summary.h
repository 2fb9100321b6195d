// The step summary of a GitHub job: a Markdown file that the runner shows.

#ifndef LOCKDEP_CLI_STEP_SUMMARY_H_
#define LOCKDEP_CLI_STEP_SUMMARY_H_

#include "absl/status/status.h"
#include "lockdep/report/report.h"

namespace lockdep::cli {

// Appends the report to the file that GITHUB_STEP_SUMMARY names; does nothing if
// that is not set.
absl::Status AppendStepSummary(const report::Report& report);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_STEP_SUMMARY_H_
