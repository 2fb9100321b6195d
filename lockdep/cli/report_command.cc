// `lockdep report`: turns recordings and JSON reports into one report.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "absl/status/status.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/finding_options.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/cli/step_summary.h"
#include "lockdep/cli/terminal.h"
#include "lockdep/cli/usage.h"
#include "lockdep/report/format.h"
#include "lockdep/report/load.h"

namespace lockdep::cli {
namespace {

constexpr char kFooter[] =
    R"(INPUT is a recording, a JSON report, or a directory of them; several become one
report. The format follows the extension of FILE:

  .txt       text, in colour on a terminal unless NO_COLOR is set
  .html      one self-contained page
  .json      everything, for programs and for 'report' itself
  .sarif     SARIF 2.1.0, for code scanning and editors
  .xml       JUnit, for test reports
  .md        Markdown, for summaries
  .dot, .gv  the lock graph for Graphviz
  .graphml   the lock graph for yEd, Gephi and others

--format kernel tells the findings as the Linux kernel's own validator does.
--format github prints annotations of a GitHub job, worst first, and appends the
whole report to the step summary. Sources are named relative to GITHUB_WORKSPACE,
CI_PROJECT_DIR or the current directory.

Exit codes:
  0  written
  2  wrong usage, an input that cannot be read, or an output that cannot be written

Examples:
  lockdep report run.lockdep -o locks.html
  lockdep report runs/ nightly.json -o all.json
  lockdep report run.lockdep -o locks.sarif
  lockdep report run.lockdep --format github
  lockdep report run.lockdep)";

std::vector<std::string> FormatNames() {
  std::vector<std::string> names;
  for (const report::Format& format : report::Formats()) names.emplace_back(format.name);
  return names;
}

class ReportCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override;
  bool selected() const override { return app_->parsed(); }
  int Run() override;

 private:
  absl::StatusOr<const report::Format*> Format() const;
  absl::Status Write(const report::Report& report, const report::Format& format) const;

  CLI::App* app_ = nullptr;
  std::vector<std::string> inputs_;
  std::string output_ = "-";
  std::string format_;
  bool brief_ = false;
  FindingOptions findings_;
};

void ReportCommand::Configure(CLI::App& tool) {
  app_ = tool.add_subcommand("report", "Write a report of recordings");
  SetUsage(*app_, "lockdep report INPUT... [-o FILE] [--format FORMAT] [OPTIONS]");
  app_->footer(kFooter);
  app_->add_option("INPUT", inputs_, "Recordings, JSON reports, directories of them")
      ->type_name("")
      ->required();
  TakesFile(app_->add_option("-o,--output", output_,
                             "Where to write; '-' is standard output, the default"));
  app_->add_flag("--brief", brief_, "Of many findings the worst, of long cycles the ends (text)");
  findings_.Configure(*app_);
  app_->add_option("--format", format_, "Instead of what the extension of FILE says")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(FormatNames()).description(""));
}

absl::StatusOr<const report::Format*> ReportCommand::Format() const {
  if (!format_.empty()) return report::FormatNamed(format_);
  if (output_ == "-") return report::FormatNamed("text");
  return report::FormatOf(output_);
}

absl::Status ReportCommand::Write(const report::Report& report,
                                  const report::Format& format) const {
  if (output_ != "-") return WriteFile(output_, Render(report, &format));
  const std::string text = format.render(
      report, {.color = WantsColor(STDOUT_FILENO), .brief = brief_, .source_root = SourceRoot()});
  std::fwrite(text.data(), 1, text.size(), stdout);
  return absl::OkStatus();
}

int ReportCommand::Run() {
  const absl::StatusOr<const report::Format*> format = Format();
  if (!format.ok()) return UsageError(std::string(format.status().message()) + ", or by --format");
  if (output_ != "-") {
    const absl::Status writable = CheckWritable(output_);
    if (!writable.ok()) return UsageError(std::string(writable.message()));
  }
  if (const absl::Status read = findings_.Read(); !read.ok()) {
    return UsageError(std::string(read.message()));
  }
  absl::StatusOr<report::Loaded> loaded = findings_.Load(inputs_);
  if (!loaded.ok()) return UsageError(std::string(loaded.status().message()));
  for (const std::string& warning : loaded->warnings) Say(warning);
  findings_.Apply(&loaded->report);

  absl::Status written = Write(loaded->report, **format);
  if (written.ok() && (*format)->name == "github") written = AppendStepSummary(loaded->report);
  return written.ok() ? kExitOk : UsageError(std::string(written.message()));
}

const CommandRegistration<ReportCommand> kRegistration(30);

}  // namespace
}  // namespace lockdep::cli
