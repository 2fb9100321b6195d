// `lockdep run`: runs a program under the preload library and reports.
//
// Everything that can be refused is refused before the program starts; from
// then on the program's own exit code is what counts, unless a finding does.

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/cli/child_process.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/elf_file.h"
#include "lockdep/cli/finding_options.h"
#include "lockdep/cli/hook_options.h"
#include "lockdep/cli/level.h"
#include "lockdep/cli/preload.h"
#include "lockdep/cli/program.h"
#include "lockdep/cli/recording_directory.h"
#include "lockdep/cli/report_outputs.h"
#include "lockdep/cli/run_environment.h"
#include "lockdep/cli/run_summary.h"
#include "lockdep/cli/survivors.h"
#include "lockdep/cli/usage.h"
#include "lockdep/report/load.h"

namespace lockdep::cli {
namespace {

constexpr char kAbout[] =
    R"(The program keeps its arguments, its standard streams and its exit code. The
report goes to standard error. Children of the program are watched too. Until it
ends, its recordings are in a directory lockdep-run.* of $TMPDIR, where they stay
if lockdep itself is killed; 'lockdep report' reads them there.

Options of the preload library, for --options and for LOCKDEP_OPTIONS:
)";

constexpr char kCodesAndExamples[] = R"(
Exit codes:
  the program's own (128 + N if signal N killed it), or
  66   a finding reached --fail-on (exitcode=N changes it)
  2    wrong usage, the program cannot be watched (static, other architecture), or a
       report cannot be written
  126  the program cannot be executed
  127  the program was not found

Examples:
  lockdep run -- ./server --port 8080
  lockdep run --report locks.html --report locks.json -- make check
  lockdep run --record run.lockdep --fail-on confirmed -- ./tests
  lockdep run --record run.lockdep --record-events -- ./tests)";

// What `run` does itself, so that the processes must not.
bool IsOwnAffair(absl::string_view option) {
  return option == "record" || option == "report" || option == "log_path" || option == "tool" ||
         option == "suppressions" || option == "order" || option == "record_events";
}

std::string Footer() {
  std::string footer = kAbout;
  for (const OptionInfo& option : OptionTable()) {
    if (IsOwnAffair(option.name)) continue;
    absl::StrAppend(&footer, "  ", option.name, "\n      ", option.help, "\n");
  }
  return footer + kCodesAndExamples;
}

// What could be settled before the program starts.
struct Plan {
  Program program;
  std::string library;
  HookOptions options;
};

// Maps what is wrong with a program to what a shell would exit with.
int ExitCodeFor(const absl::Status& status) {
  if (absl::IsNotFound(status)) return kExitNotFound;
  if (absl::IsPermissionDenied(status)) return kExitNotExecutable;
  return kExitUsage;
}

int ExitCodeOfFindings(const Plan& plan, const ChildResult& child) {
  const auto code = static_cast<int>(plan.options.values().exitcode);
  return code != 0 ? code : child.exit_code;
}

class RunCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override;
  bool selected() const override { return app_->parsed(); }
  bool TakesArgumentsAfterDashes() const override { return true; }
  int Run() override;

 private:
  absl::Status CheckOutputs() const;
  absl::Status PlanOptions(Plan& plan) const;
  absl::Status PlanProgram(Plan& plan) const;
  int RunPlanned(const Plan& plan);
  int Finish(const Plan& plan, const ChildResult& child, RecordingDirectory& directory) const;
  bool WriteOutputs(const report::Report& report, const std::vector<std::string>& recordings) const;

  CLI::App* app_ = nullptr;
  ReportOutputs reports_;
  std::string record_;
  bool record_events_ = false;
  std::string fail_on_;
  std::string options_;
  FindingOptions findings_;
};

void RunCommand::Configure(CLI::App& tool) {
  app_ = tool.add_subcommand("run", "Run a program and report what its locks can do");
  SetUsage(*app_, "lockdep run [OPTIONS] -- PROG ARGS...");
  app_->footer(Footer());
  reports_.Configure(*app_, "Also write the report to FILE (.html, .json, .sarif, ...)");
  TakesFile(app_->add_option("--record", record_,
                             "Keep the recording in FILE; a directory if several processes ran"));
  app_->add_flag("--record-events", record_events_,
                 "Record every event too, for 'lockdep analyze' to replay; slow");
  findings_.Configure(*app_);
  AddFailOn(*app_, &fail_on_);
  app_->add_option("--options", options_, "Options of the preload library, as LOCKDEP_OPTIONS")
      ->type_name("KEY=VALUE:...");
}

absl::Status RunCommand::CheckOutputs() const {
  const absl::Status status = reports_.Check();
  return !status.ok() || record_.empty() ? status : CheckRecordTarget(record_);
}

absl::Status RunCommand::PlanOptions(Plan& plan) const {
  const char* inherited = std::getenv("LOCKDEP_OPTIONS");
  absl::Status status = plan.options.Add(inherited != nullptr ? inherited : "", "LOCKDEP_OPTIONS");
  if (!status.ok()) return status;
  HookOptions own;
  status = own.Add(options_, "--options");
  if (!status.ok()) return status;
  const Options& values = own.values();
  if (!values.record.empty() || !values.report.empty() || !values.log_path.empty()) {
    return absl::InvalidArgumentError(
        "--options: run itself records and reports; use --record FILE and --report FILE");
  }
  if (record_events_ && record_.empty()) {
    return absl::InvalidArgumentError(
        "--record-events: there is no recording to put them in; name it with --record FILE");
  }
  if (!fail_on_.empty()) own.SetFailOn(fail_on_);
  if (record_events_) own.RecordEvents();
  return plan.options.Add(own.text(), "--options");
}

absl::Status RunCommand::PlanProgram(Plan& plan) const {
  if (ArgumentsAfterDashes().empty()) {
    return absl::InvalidArgumentError(
        "no program given; write it after '--', as in: lockdep run -- ./prog args");
  }
  const absl::StatusOr<std::string> library = FindPreloadLibrary();
  // A missing program is the user's 127; a missing library of ours is not.
  if (!library.ok()) return absl::FailedPreconditionError(library.status().message());
  plan.library = *library;
  const absl::StatusOr<ElfFile> elf = ReadElfFile(plan.library);
  if (!elf.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat(plan.library, ": ", elf.status().message(), "; set LOCKDEP_PRELOAD"));
  }
  const absl::StatusOr<Program> program = FindProgram(ArgumentsAfterDashes().front(), *elf);
  if (!program.ok()) return program.status();
  plan.program = *program;
  return absl::OkStatus();
}

int RunCommand::Run() {
  Plan plan;
  absl::Status status = PlanOptions(plan);
  if (status.ok()) status = PlanProgram(plan);
  if (!status.ok()) {
    Say(status.message());
    return ExitCodeFor(status);
  }
  status = CheckOutputs();
  findings_.AddSuppressions(plan.options.values().suppressions.text);
  findings_.AddOrder(plan.options.values().order.text);
  if (status.ok()) status = findings_.Read();
  if (!status.ok()) return UsageError(std::string(status.message()));
  return RunPlanned(plan);
}

int RunCommand::RunPlanned(const Plan& plan) {
  auto directory = RecordingDirectory::Create();
  if (!directory.ok()) return UsageError(std::string(directory.status().message()));
  const std::string options = plan.options.ToString((*directory)->Pattern());
  SayStep(
      absl::StrCat("running ", plan.program.path, " under ", plan.library, ", options ", options));
  const absl::StatusOr<ChildResult> child =
      RunChild(plan.program.path, ArgumentsAfterDashes(), RunEnvironment(plan.library, options));
  if (!child.ok()) {
    Say(child.status().message());
    return ExitCodeFor(child.status());
  }
  return Finish(plan, *child, **directory);
}

// What still runs goes on recording where it began to.
void KeepForSurvivors(RecordingDirectory& directory) {
  const std::vector<pid_t> survivors = Survivors(directory.path());
  if (survivors.empty()) return;
  directory.Keep();
  Say(absl::StrCat(survivors.size() == 1 ? "1 process still runs (" : "some processes still run (",
                   absl::StrJoin(survivors, ", "),
                   "); what follows is not in this report: when all have ended, see 'lockdep "
                   "report ",
                   directory.path(), "'"));
}

int RunCommand::Finish(const Plan& plan, const ChildResult& child,
                       RecordingDirectory& directory) const {
  KeepForSurvivors(directory);
  const std::vector<std::string> recordings = directory.Recordings(child.pid);
  SayStep(absl::StrCat("the program ended with ", child.exit_code, " and left ", recordings.size(),
                       " recordings"));
  if (recordings.empty()) {
    Say(NoRecordingMessage(plan.program));
    return child.exit_code;
  }
  report::LoadOptions options = findings_.load_options();
  options.leave_out_unreadable = true;
  absl::StatusOr<report::Loaded> loaded = report::LoadInputs(recordings, options);
  if (!loaded.ok()) return UsageError(std::string(loaded.status().message()));
  for (const std::string& warning : loaded->warnings) Say(warning);
  report::Report& report = loaded->report;
  findings_.Apply(&report);
  SetExitStatus(report, child);
  PrintOutcome(report);
  if (!WriteOutputs(report, recordings)) {
    directory.Keep();
    Say(absl::StrCat("the recordings of this run are kept in ", directory.path()));
    return kExitUsage;
  }
  for (const report::Finding& finding : report.findings) {
    if (Reaches(finding, plan.options.fail_on())) return ExitCodeOfFindings(plan, child);
  }
  return child.exit_code;
}

// Says what could not be written and goes on with the rest.
bool RunCommand::WriteOutputs(const report::Report& report,
                              const std::vector<std::string>& recordings) const {
  bool all_written = true;
  const auto check = [&](const absl::Status& status) {
    if (!status.ok()) Say(status.message());
    all_written = all_written && status.ok();
  };
  check(reports_.Write(report));
  if (record_.empty()) return all_written;
  check(CopyRecordings(recordings, record_));
  if (recordings.size() > 1) {
    Say(absl::StrCat(recordings.size(), " processes were recorded, so ", record_,
                     " is a directory with a recording each"));
  }
  return all_written;
}

const CommandRegistration<RunCommand> kRegistration(10);

}  // namespace
}  // namespace lockdep::cli
