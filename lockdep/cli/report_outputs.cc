#include "lockdep/cli/report_outputs.h"

#include <CLI/CLI.hpp>

#include "lockdep/cli/level.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/cli/usage.h"

namespace lockdep::cli {

void ReportOutputs::Configure(CLI::App& app, const char* about) {
  TakesFile(app.add_option("--report", paths_, about))->allow_extra_args(false);
}

absl::Status ReportOutputs::Check() const {
  for (const std::string& path : paths_) {
    absl::Status status = ReportFormatOf(path).status();
    if (status.ok()) status = CheckWritable(path);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReportOutputs::Write(const report::Report& report) const {
  absl::Status status;
  for (const std::string& path : paths_) {
    status.Update(WriteFile(path, Render(report, *ReportFormatOf(path))));
  }
  return status;
}

void AddFailOn(CLI::App& app, std::string* level) {
  app.add_option("--fail-on", *level, "The mildest finding that counts (default feasible)")
      ->type_name("confirmed|feasible|note|never")
      ->check(CLI::IsMember(FailOnLevels()).description(""));
}

}  // namespace lockdep::cli
