// `lockdep view`: what the validator of a recorded, or still running, process
// knew, as the kernel shows it under /proc.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <thread>
#include <utility>

#include "lockdep/cli/command.h"
#include "lockdep/cli/usage.h"
#include "lockdep/record/input_files.h"
#include "lockdep/record/merge_files.h"
#include "lockdep/record/recording.h"
#include "lockdep/report/symbolizer.h"
#include "lockdep/report/views.h"

namespace lockdep::cli {
namespace {

constexpr char kFooter[] =
    R"(VIEW is one of
  classes   every lock class, how many classes it leads to (FD) and can follow (BD),
            and its direct dependencies; the twin of /proc/lockdep
  chains    every chain of locks that was held at once, oldest first, and the contexts
            in which it was taken; the twin of /proc/lockdep_chains
  lock_stat how often and how long each class was waited for and held, and where; of runs
            with --options lock_stat=1; the twin of /proc/lock_stat
  stats     counters of the validator; the twin of /proc/lockdep_stats

INPUT is a recording, or a directory of them: those of several processes are shown
as one. It may belong to a process that still runs: what it has recorded so far is
shown.

Exit codes:
  0  shown
  2  wrong usage, or a recording that cannot be read

Examples:
  lockdep view classes run.lockdep
  lockdep view stats run.lockdep --json)";

struct View {
  const char* name;
  std::string (*text)(const report::Views&);
  std::string (*json)(const report::Views&);
};

constexpr View kViews[] = {
    {"classes", report::ClassesText, report::ClassesJson},
    {"chains", report::ChainsText, report::ChainsJson},
    {"lock_stat", report::LockStatText, report::LockStatJson},
    {"stats", report::StatsText, report::StatsJson},
};

const View* FindView(const std::string& name) {
  for (const View& view : kViews) {
    if (name == view.name) return &view;
  }
  return nullptr;
}

class ViewCommand final : public Command {
 public:
  void Configure(CLI::App& tool) override;
  bool selected() const override { return app_->parsed(); }
  int Run() override;

 private:
  CLI::App* app_ = nullptr;
  std::string view_;
  std::string input_;
  bool json_ = false;
};

void ViewCommand::Configure(CLI::App& tool) {
  app_ =
      tool.add_subcommand("view", "Show what a validator knows: classes, chains, times, counters");
  SetUsage(*app_, "lockdep view VIEW INPUT [--json]");
  app_->footer(kFooter);
  app_->add_option("VIEW", view_, "What to show")
      ->type_name("classes|chains|lock_stat|stats")
      ->required();
  app_->add_option("INPUT", input_, "A recording, or a directory of them")
      ->type_name("")
      ->required();
  app_->add_flag("--json", json_, "JSON instead of text");
}

// One recording stays as it is, with what only its process knows; several are merged.
absl::StatusOr<record::Recording> ReadInput(const std::string& input) {
  const absl::StatusOr<std::vector<record::InputFile>> files = record::ListInputFiles({input});
  if (!files.ok()) return files.status();
  if (files->size() == 1 && !files->front().from_directory) return record::ReadRecording(input);
  absl::StatusOr<record::MergedFiles> merged =
      record::MergeFiles(*files, std::thread::hardware_concurrency(), [](size_t) {});
  if (!merged.ok()) return merged.status();
  for (const std::string& warning : merged->warnings) Say(warning);
  if (merged->count == 0) return absl::NotFoundError(input + ": no recording in this directory");
  return std::move(merged->recording);
}

int ViewCommand::Run() {
  const View* view = FindView(view_);
  if (view == nullptr)
    return UsageError("view: no view '" + view_ + "'; try classes, chains, lock_stat or stats");
  const absl::StatusOr<record::Recording> recording = ReadInput(input_);
  if (!recording.ok()) return UsageError(std::string(recording.status().message()));
  for (const std::string& warning : recording->warnings) Say(warning);
  report::Symbolizer symbolizer;
  const report::Views views = report::MakeViews(*recording, symbolizer);
  for (const std::string& warning : symbolizer.warnings()) Say(warning);
  const std::string shown = json_ ? view->json(views) : view->text(views);
  const bool complete = std::fwrite(shown.data(), 1, shown.size(), stdout) == shown.size();
  if (complete && std::fflush(stdout) == 0) return kExitOk;
  return UsageError("standard output cannot be written");
}

const CommandRegistration<ViewCommand> kRegistration(35);

}  // namespace
}  // namespace lockdep::cli
