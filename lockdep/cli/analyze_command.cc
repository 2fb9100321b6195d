// `lockdep analyze`: the verdict of the engine on recordings, as text and as an
// exit code.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/finding_options.h"
#include "lockdep/cli/level.h"
#include "lockdep/cli/report_outputs.h"
#include "lockdep/cli/terminal.h"
#include "lockdep/cli/usage.h"
#include "lockdep/report/load.h"
#include "lockdep/report/render.h"

namespace lockdep::cli {
namespace {

constexpr char kFooter[] =
    R"(INPUT is a recording, a merged recording, or a directory of them. What they recorded
is told to the engine again: all runs together, and with the declared orders that
--order names. Of a recording with every event (lockdep run --record-events) the
events themselves are replayed. The report goes to standard output.

Exit codes:
  0  no finding that reaches --fail-on
  1  a finding does
  2  wrong usage, or an input that cannot be read or, without a finding, is damaged

Examples:
  lockdep analyze run.lockdep
  lockdep analyze runs/ --order locks.order --enforce
  lockdep analyze shard*.lockdep --report all.html)";

class AnalyzeCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override;
  bool selected() const override { return app_->parsed(); }
  int Run() override;

 private:
  CLI::App* app_ = nullptr;
  std::vector<std::string> inputs_;
  ReportOutputs reports_;
  std::string fail_on_ = "feasible";
  bool brief_ = false;
  FindingOptions findings_;
};

void AnalyzeCommand::Configure(CLI::App& tool) {
  app_ = tool.add_subcommand("analyze", "Hold recordings, and declared orders, against each other");
  SetUsage(*app_, "lockdep analyze INPUT... [OPTIONS]");
  app_->footer(kFooter);
  app_->add_option("INPUT", inputs_, "Recordings, directories of them")->type_name("")->required();
  reports_.Configure(*app_, "Also write the report to FILE (.html, .json, .sarif, ...)");
  app_->add_flag("--brief", brief_, "Of many findings the worst, of long cycles the ends");
  findings_.Configure(*app_);
  AddFailOn(*app_, &fail_on_);
}

int AnalyzeCommand::Run() {
  absl::Status status = reports_.Check();
  if (status.ok()) status = findings_.Read();
  if (!status.ok()) return UsageError(std::string(status.message()));
  absl::StatusOr<report::Loaded> loaded = findings_.Load(inputs_, Events::kReplay);
  if (!loaded.ok()) return UsageError(std::string(loaded.status().message()));
  for (const std::string& warning : loaded->warnings) Say(warning);
  if (loaded->replayed_events != 0) {
    Say(absl::StrCat(loaded->replayed_events, " events were replayed"));
  }
  report::Report& report = loaded->report;
  findings_.Apply(&report);
  const std::string text =
      report::RenderText(report, {.color = WantsColor(STDOUT_FILENO), .brief = brief_});
  std::fwrite(text.data(), 1, text.size(), stdout);
  status = reports_.Write(report);
  if (!status.ok()) return UsageError(std::string(status.message()));
  const bool fails =
      std::any_of(report.findings.begin(), report.findings.end(),
                  [&](const report::Finding& finding) { return Reaches(finding, fail_on_); });
  if (fails) return kExitFindings;
  if (loaded->is_complete) return kExitOk;
  return UsageError("analyze: a part of the inputs is lost, so no finding proves nothing");
}

const CommandRegistration<AnalyzeCommand> kRegistration(45);

}  // namespace
}  // namespace lockdep::cli
