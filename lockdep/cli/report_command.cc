// `lockdep report`: turns recordings and JSON reports into one report.

#include <CLI/CLI.hpp>
#include <cstdio>

#include "absl/status/status.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/cli/usage.h"
#include "lockdep/report/load.h"
#include "lockdep/report/render.h"

namespace lockdep::cli {
namespace {

constexpr char kFooter[] =
    R"(INPUT is a recording, a JSON report, or a directory of them; several become one
report. The format follows the extension of FILE: .html, .json, .txt.

Exit codes:
  0  written
  2  wrong usage, an input that cannot be read, or an output that cannot be written

Examples:
  lockdep report run.lockdep -o locks.html
  lockdep report runs/ nightly.json -o all.json
  lockdep report run.lockdep)";

absl::Status WriteToStdout(const std::string& text) {
  const bool complete = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (complete && std::fflush(stdout) == 0) return absl::OkStatus();
  return absl::UnavailableError("standard output cannot be written; use -o FILE");
}

class ReportCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override;
  bool selected() const override { return app_->parsed(); }
  int Run() override;

 private:
  absl::StatusOr<ReportFormat> Format() const;

  CLI::App* app_ = nullptr;
  std::vector<std::string> inputs_;
  std::string output_ = "-";
  std::string format_;
};

void ReportCommand::Configure(CLI::App& tool) {
  app_ = tool.add_subcommand("report", "Write a report of recordings");
  SetUsage(*app_, "lockdep report INPUT... [-o FILE] [--format FORMAT]");
  app_->footer(kFooter);
  app_->add_option("INPUT", inputs_, "Recordings, JSON reports, directories of them")
      ->type_name("")
      ->required();
  app_->add_option("-o,--output", output_, "Where to write; '-' is standard output, the default")
      ->type_name("FILE");
  app_->add_option("--format", format_, "Instead of what the extension of FILE says")
      ->type_name("html|json|text")
      ->check(CLI::IsMember(ReportFormatNames()).description(""));
}

absl::StatusOr<ReportFormat> ReportCommand::Format() const {
  if (!format_.empty()) return ReportFormatNamed(format_);
  if (output_ == "-") return ReportFormat::kText;
  return ReportFormatOf(output_);
}

int ReportCommand::Run() {
  const absl::StatusOr<ReportFormat> format = Format();
  if (!format.ok()) return UsageError(std::string(format.status().message()) + ", or by --format");
  if (output_ != "-") {
    const absl::Status writable = CheckWritable(output_);
    if (!writable.ok()) return UsageError(std::string(writable.message()));
  }
  const absl::StatusOr<report::Loaded> loaded = report::LoadInputs(inputs_);
  if (!loaded.ok()) return UsageError(std::string(loaded.status().message()));
  for (const std::string& warning : loaded->warnings) Say(warning);

  const std::string text = Render(loaded->report, *format);
  const absl::Status written = output_ == "-" ? WriteToStdout(text) : WriteFile(output_, text);
  return written.ok() ? kExitOk : UsageError(std::string(written.message()));
}

const CommandRegistration<ReportCommand> kRegistration(30);

}  // namespace
}  // namespace lockdep::cli
