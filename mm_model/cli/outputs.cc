#include "mm_model/cli/outputs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "absl/strings/numbers.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/level.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/cli/recording_directory.h"
#include "mm_model/cli/lock_state_tables.h"

namespace mm_model {

namespace cli = lockdep::cli;

std::string CheckCount(const std::string& text) {
  uint64_t count = 0;
  return absl::SimpleAtoi(text, &count) ? ""
                                        : text + " is no number from 0 to 18446744073709551615";
}

std::string CheckSeconds(const std::string& text) {
  constexpr double kYear = 366.0 * 24 * 3600;
  double seconds = 0;
  const bool right = absl::SimpleAtod(text, &seconds) && seconds >= 0 && seconds <= kYear;
  return right ? "" : text + " is no number of seconds";  // Nor is nan.
}

void Print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void Outputs::Configure(CLI::App& app) {
  app.add_option("--record", record_, "Keep the recording in FILE")->type_name("FILE");
  app.add_option("--report", reports_, "Also write the report to FILE (.html, .json, .txt)")
      ->type_name("FILE")
      ->allow_extra_args(false);
}

absl::Status Outputs::Check() const {
  for (const std::string& path : reports_) {
    absl::Status status = cli::ReportFormatOf(path).status();
    if (status.ok()) status = cli::CheckWritable(path);
    if (!status.ok()) return status;
  }
  return record_.empty() ? absl::OkStatus() : cli::CheckRecordTarget(record_);
}

bool Outputs::Write(lockdep::report::Report report, const std::string& recording,
                    VmaLockGeneration generation) const {
  std::vector<absl::Status> written;
  if (!reports_.empty()) report.tables = LockStateTables(generation);
  for (const std::string& path : reports_) {
    written.push_back(cli::WriteFile(path, cli::Render(report, *cli::ReportFormatOf(path))));
  }
  if (!record_.empty()) written.push_back(cli::CopyRecordings({recording}, record_));
  for (const absl::Status& status : written) {
    if (!status.ok()) cli::Say(status.message());
  }
  return std::all_of(written.begin(), written.end(),
                     [](const absl::Status& status) { return status.ok(); });
}

bool HasFindings(const lockdep::report::Report& report) {
  return std::any_of(
      report.findings.begin(), report.findings.end(),
      [](const lockdep::report::Finding& finding) { return cli::Reaches(finding, "feasible"); });
}

}  // namespace mm_model
