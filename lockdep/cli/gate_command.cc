// `lockdep gate`: the verdict for continuous integration.  Fails on what is new
// against a baseline, and fails closed when nothing was observed.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/finding_options.h"
#include "lockdep/cli/gate_summary.h"
#include "lockdep/cli/level.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/cli/report_outputs.h"
#include "lockdep/cli/today.h"
#include "lockdep/cli/usage.h"
#include "lockdep/order/read_file.h"
#include "lockdep/report/baseline.h"
#include "lockdep/report/load.h"
#include "lockdep/report/merge.h"
#include "lockdep/report/utf8.h"

namespace lockdep::cli {
namespace {

constexpr char kFooter[] =
    R"(INPUT is a recording, a JSON report, or a directory of them. The baseline is a
text file for your repository, one accepted finding a line:

  FINGERPRINT KIND CLASS... reason="why" [owner=who] [expires=YYYY-MM-DD]

An entry accepts its finding up to and including the day `expires`. Stale entries
(not seen in these inputs) are named and do not fail. --update adds what is new
and changes or removes nothing that stands there.

An empty file is a baseline too. What is printed fits ten lines; --report writes
the whole, with what is new marked (baselineState in SARIF), in any format of
'lockdep report'.

Exit codes:
  0  pass: every finding is accepted by the baseline
  1  new findings, or findings whose entry has expired
  2  wrong usage, or an input or baseline that cannot be read
  3  nothing was observed: no lock operation in any input, so nothing is proved

An input that is damaged or cut short does not pass (2): what is lost may be new.

Examples:
  lockdep gate run.lockdep --baseline ci/locks.baseline
  lockdep gate runs/ --baseline ci/locks.baseline --report locks.sarif
  lockdep gate runs/ --baseline ci/locks.baseline --update)";

constexpr char kUpdateReason[] = "accepted by --update; say why";

// Who accepts without a reason is told of it until there is one.
void SayMissingReasons(const report::Baseline& baseline, const std::string& path) {
  const auto missing = std::count_if(
      baseline.entries.begin(), baseline.entries.end(),
      [](const report::BaselineEntry& entry) { return entry.reason == kUpdateReason; });
  if (missing == 0) return;
  Say(absl::StrCat(path, ": ", missing, " of ", baseline.entries.size(), " entries still say \"",
                   kUpdateReason, "\""));
}

class GateCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override;
  bool selected() const override { return app_->parsed(); }
  int Run() override;

 private:
  absl::StatusOr<report::Baseline> ReadBaseline() const;
  std::vector<size_t> Relevant(const report::Report& report) const;
  int Judge(const report::Baseline& baseline, report::Loaded& loaded) const;
  int Update(report::Baseline baseline, const report::Report& report,
             const report::BaselineComparison& comparison) const;

  CLI::App* app_ = nullptr;
  std::vector<std::string> inputs_;
  std::string baseline_path_;
  bool update_ = false;
  std::string fail_on_ = "feasible";
  ReportOutputs reports_;
  FindingOptions findings_;
};

void GateCommand::Configure(CLI::App& tool) {
  app_ = tool.add_subcommand("gate", "Fail on findings that a baseline does not accept");
  SetUsage(*app_, "lockdep gate INPUT... --baseline FILE [--update] [OPTIONS]");
  app_->footer(kFooter);
  app_->add_option("INPUT", inputs_, "Recordings, JSON reports, directories of them")
      ->type_name("")
      ->required();
  TakesFile(app_->add_option("--baseline", baseline_path_, "The accepted findings"))->required();
  app_->add_flag("--update", update_, "Accept what is new: add it to the baseline");
  reports_.Configure(*app_, "Also write the report, with what is new, to FILE");
  findings_.Configure(*app_);
  AddFailOn(*app_, &fail_on_);
}

absl::StatusOr<report::Baseline> GateCommand::ReadBaseline() const {
  std::error_code error;
  if (!std::filesystem::exists(baseline_path_, error)) {
    if (update_) return report::NewBaseline();
    return absl::NotFoundError(absl::StrCat(
        baseline_path_, ": no such baseline; name the right file, or create it with --update"));
  }
  const absl::StatusOr<std::string> text = order::ReadFile(baseline_path_);
  if (!text.ok()) {
    return absl::UnavailableError(absl::StrCat(baseline_path_, ": ", text.status().message(),
                                               "; name a text file that can be"));
  }
  return report::ParseBaseline(*text, baseline_path_);
}

std::vector<size_t> GateCommand::Relevant(const report::Report& report) const {
  std::vector<size_t> relevant;
  for (size_t i = 0; i < report.findings.size(); ++i) {
    if (Reaches(report.findings[i], fail_on_)) relevant.push_back(i);
  }
  return relevant;
}

int GateCommand::Run() {
  const absl::StatusOr<report::Baseline> baseline = ReadBaseline();
  if (!baseline.ok()) return UsageError(std::string(baseline.status().message()));
  absl::Status status = reports_.Check();
  if (status.ok() && update_) status = CheckWritable(baseline_path_);
  if (status.ok()) status = findings_.Read();
  if (!status.ok()) return UsageError(std::string(status.message()));
  absl::StatusOr<report::Loaded> loaded = findings_.Load(inputs_);
  if (!loaded.ok()) return UsageError(std::string(loaded.status().message()));
  for (const std::string& warning : loaded->warnings) Say(warning);
  report::ForgetStates(&loaded->report);
  findings_.Apply(&loaded->report);
  return Judge(*baseline, *loaded);
}

int GateCommand::Judge(const report::Baseline& baseline, report::Loaded& loaded) const {
  report::Report& report = loaded.report;
  const auto comparison = report::Compare(baseline, report, Relevant(report), Today());
  report::MarkStates(baseline, comparison, baseline_path_, &report);
  report::Report shown = report;  // What the comparison is about keeps its order.
  report::OpenFirst(&shown);
  const absl::Status written = reports_.Write(shown);
  if (!written.ok()) return UsageError(std::string(written.message()));
  if (report.coverage.lock_operations == 0) {
    Say(absl::StrCat("gate: nothing observed: no lock operation in ", absl::StrJoin(inputs_, ", "),
                     "; this proves nothing, so it does not pass"));
    return kExitNothingObserved;
  }
  if (update_) return Update(baseline, report, comparison);
  SayMissingReasons(baseline, baseline_path_);
  std::fputs(GateSummary(baseline, report, comparison, loaded.is_complete).c_str(), stdout);
  if (!comparison.fresh.empty() || !comparison.expired.empty()) return kExitFindings;
  if (loaded.is_complete) return kExitOk;
  return UsageError("gate: a part of the inputs is lost, so it does not pass; record it again");
}

// What has expired stays so: a date that somebody set is for a person to move.
int GateCommand::Update(report::Baseline baseline, const report::Report& report,
                        const report::BaselineComparison& comparison) const {
  report::Accept(baseline, report, comparison.fresh, kUpdateReason);
  const absl::Status written = WriteFile(baseline_path_, report::FormatBaseline(baseline));
  if (!written.ok()) return UsageError(std::string(written.message()));
  std::printf("lockdep gate: %s: %zu added, %zu in all%s\n", report::Inert(baseline_path_).c_str(),
              comparison.fresh.size(), baseline.entries.size(),
              comparison.fresh.empty() ? "" : "; say why in each new reason=");
  if (comparison.expired.empty()) return kExitOk;
  std::printf("lockdep gate: FAIL: expired: %zu; fix it, or move expires= by hand\n",
              comparison.expired.size());
  return kExitFindings;
}

const CommandRegistration<GateCommand> kRegistration(50);

}  // namespace
}  // namespace lockdep::cli
