// Files that a command writes: what format, whether it will be possible, and
// never a half-written one.

#ifndef LOCKDEP_CLI_OUTPUT_FILE_H_
#define LOCKDEP_CLI_OUTPUT_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lockdep/report/format.h"
#include "lockdep/report/report.h"

namespace lockdep::cli {

// By extension.  InvalidArgument: another one, or none.
absl::StatusOr<const report::Format*> ReportFormatOf(const std::string& path);

// As for a file: no colour; sources are told relative to SourceRoot.
std::string Render(const report::Report& report, const report::Format* format);

// Where the sources of a report are: what the service that runs the job says
// (GITHUB_WORKSPACE, CI_PROJECT_DIR), else the current directory.
std::string SourceRoot();

// Whether WriteFile would work, as far as that can be known beforehand.
absl::Status CheckWritable(const std::string& path);

// Replaces the file in one step: a reader sees the old contents or the new, and
// a failure leaves the old.  What is no regular file (a pipe, /dev/stdout) is
// written to as it is.
absl::Status WriteFile(const std::string& path, absl::string_view contents);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_OUTPUT_FILE_H_
