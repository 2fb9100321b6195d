// `lockdep gate`: the verdict for continuous integration.  Fails on what is new
// against a baseline, and fails closed when nothing was observed.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/level.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/cli/usage.h"
#include "lockdep/order/read_file.h"
#include "lockdep/report/baseline.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/load.h"
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

Exit codes:
  0  pass: every finding is accepted by the baseline
  1  new findings, or findings whose entry has expired
  2  wrong usage, or an input or baseline that cannot be read
  3  nothing was observed: no lock operation in any input, so nothing is proved

An input that is damaged or cut short does not pass (2): what is lost may be new.

Examples:
  lockdep gate run.lockdep --baseline ci/locks.baseline
  lockdep gate runs/ --baseline ci/locks.baseline --update)";

constexpr char kUpdateReason[] = "accepted by --update; say why";

std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc = {};
  gmtime_r(&now, &utc);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

class GateCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override;
  bool selected() const override { return app_->parsed(); }
  int Run() override;

 private:
  absl::StatusOr<report::Baseline> ReadBaseline() const;
  std::vector<size_t> Relevant(const report::Report& report) const;
  int Update(report::Baseline baseline, const report::Report& report,
             const report::BaselineComparison& comparison) const;
  void PrintSummary(const report::Baseline& baseline, const report::Report& report,
                    const report::BaselineComparison& comparison, const char* verdict) const;

  CLI::App* app_ = nullptr;
  std::vector<std::string> inputs_;
  std::string baseline_path_;
  bool update_ = false;
  std::string fail_on_ = "feasible";
};

void GateCommand::Configure(CLI::App& tool) {
  app_ = tool.add_subcommand("gate", "Fail on findings that a baseline does not accept");
  SetUsage(*app_, "lockdep gate INPUT... --baseline FILE [--update] [--fail-on LEVEL]");
  app_->footer(kFooter);
  app_->add_option("INPUT", inputs_, "Recordings, JSON reports, directories of them")
      ->type_name("")
      ->required();
  TakesFile(app_->add_option("--baseline", baseline_path_, "The accepted findings"))->required();
  app_->add_flag("--update", update_, "Accept what is new: add it to the baseline");
  app_->add_option("--fail-on", fail_on_, "The mildest finding that counts (default feasible)")
      ->type_name("confirmed|feasible|note|never")
      ->check(CLI::IsMember(FailOnLevels()).description(""));
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
  if (update_) {
    const absl::Status writable = CheckWritable(baseline_path_);
    if (!writable.ok()) return UsageError(std::string(writable.message()));
  }
  const absl::StatusOr<report::Loaded> loaded = report::LoadInputs(inputs_);
  if (!loaded.ok()) return UsageError(std::string(loaded.status().message()));
  for (const std::string& warning : loaded->warnings) Say(warning);

  const report::Report& report = loaded->report;
  if (report.coverage.lock_operations == 0) {
    Say(absl::StrCat("gate: nothing observed: no lock operation in ", absl::StrJoin(inputs_, ", "),
                     "; this proves nothing, so it does not pass"));
    return kExitNothingObserved;
  }
  const auto comparison = report::Compare(*baseline, report, Relevant(report), Today());
  if (update_) return Update(*baseline, report, comparison);
  const bool has_new = !comparison.fresh.empty() || !comparison.expired.empty();
  PrintSummary(*baseline, report, comparison,
               has_new ? "FAIL" : (loaded->is_complete ? "pass" : "INCOMPLETE"));
  if (has_new) return kExitFindings;
  if (loaded->is_complete) return kExitOk;
  return UsageError("gate: a part of the inputs is lost, so it does not pass; record it again");
}

// What has expired stays so: a date that somebody set is for a person to move.
int GateCommand::Update(report::Baseline baseline, const report::Report& report,
                        const report::BaselineComparison& comparison) const {
  report::Accept(baseline, report, comparison.fresh, kUpdateReason);
  const absl::Status written = WriteFile(baseline_path_, report::FormatBaseline(baseline));
  if (!written.ok()) return UsageError(std::string(written.message()));
  std::printf("lockdep gate: %s: %zu added, %zu in all; say why in each reason=\n",
              report::Inert(baseline_path_).c_str(), comparison.fresh.size(),
              baseline.entries.size());
  if (comparison.expired.empty()) return kExitOk;
  std::printf("lockdep gate: FAIL: %zu entries have expired; fix them or move expires= by hand\n",
              comparison.expired.size());
  return kExitFindings;
}

void PrintFinding(const char* label, const report::Finding& finding, const std::string& remark) {
  std::printf("  %-8s %-10s %s  %s\n", label, report::Inert(finding.level).c_str(),
              report::Inert(finding.kind).c_str(), report::Inert(finding.fingerprint).c_str());
  std::printf("           %s\n", report::Inert(finding.title).c_str());
  const std::string site = report::FindingSite(finding);
  if (!site.empty()) std::printf("           at %s\n", report::Inert(site).c_str());
  if (!remark.empty()) std::printf("           %s\n", report::Inert(remark).c_str());
}

void GateCommand::PrintSummary(const report::Baseline& baseline, const report::Report& report,
                               const report::BaselineComparison& comparison,
                               const char* verdict) const {
  std::printf("lockdep gate: %s: %zu new, %zu expired, %zu known, %zu stale\n", verdict,
              comparison.fresh.size(), comparison.expired.size(), comparison.known.size(),
              comparison.stale.size());
  for (const size_t index : comparison.fresh) PrintFinding("new", report.findings[index], "");
  for (const size_t index : comparison.expired) {
    const report::Finding& finding = report.findings[index];
    const report::BaselineEntry* entry = report::FindEntry(baseline, finding.fingerprint);
    PrintFinding("expired", finding,
                 absl::StrCat("accepted until ", entry->expires, ": ", entry->reason));
  }
  for (const size_t index : comparison.stale) {
    const report::BaselineEntry& entry = baseline.entries[index];
    std::printf("  %-8s %s %s: not seen; delete its line if it was fixed\n", "stale",
                entry.fingerprint.c_str(), entry.kind.c_str());
  }
  if (!comparison.fresh.empty()) {
    std::printf("Fix what is new, or accept it: lockdep gate %s --baseline %s --update\n",
                report::Inert(absl::StrJoin(inputs_, " ")).c_str(),
                report::Inert(baseline_path_).c_str());
  }
}

const CommandRegistration<GateCommand> kRegistration(50);

}  // namespace
}  // namespace lockdep::cli
