// Files that a command writes: what format, whether it will be possible, and
// never a half-written one.

#ifndef LOCKDEP_CLI_OUTPUT_FILE_H_
#define LOCKDEP_CLI_OUTPUT_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lockdep/report/report.h"

namespace lockdep::cli {

enum class ReportFormat { kText, kJson, kHtml };

// The names that --format takes.
const std::vector<std::string>& ReportFormatNames();

// REQUIRES: `name` is one of ReportFormatNames().
ReportFormat ReportFormatNamed(absl::string_view name);

// By extension: .txt, .json, .html.  InvalidArgument: another one, or none.
absl::StatusOr<ReportFormat> ReportFormatOf(const std::string& path);

std::string Render(const report::Report& report, ReportFormat format);

// Whether WriteFile would work, as far as that can be known beforehand.
absl::Status CheckWritable(const std::string& path);

// Replaces the file in one step: a reader sees the old contents or the new, and
// a failure leaves the old.  What is no regular file (a pipe, /dev/stdout) is
// written to as it is.
absl::Status WriteFile(const std::string& path, absl::string_view contents);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_OUTPUT_FILE_H_
