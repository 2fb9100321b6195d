// `lockdep mm`: lists the model's scenarios and runs them.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/level.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/cli/recording_directory.h"
#include "lockdep/cli/suggest.h"
#include "lockdep/cli/usage.h"
#include "lockdep/report/load.h"
#include "lockdep/report/render.h"
#include "mm_model/recorded_run.h"

namespace mm_model {
namespace {

namespace cli = lockdep::cli;
namespace report = lockdep::report;

constexpr char kAllClean[] = "all-clean";

constexpr char kFooter[] =
    R"(The model runs paths of the Linux memory management (faults, mmap, munmap, fork,
truncation) with their real locks and objects, as tasks that give way before every
lock operation and every access to a guarded field.

Examples:
  lockdep mm list
  lockdep mm run all-clean
  lockdep mm run vma-write-under-mmap-read --report mm.html)";

constexpr char kRunFooter[] =
    R"(SCENARIO is one of 'lockdep mm list', or all-clean: all but those that break a rule
on purpose. What the tasks do is checked against the declared lock orders of Linux
mm and the locking rules of Documentation/mm/process_addrs.rst.

Exit codes:
  0  clean
  1  a finding, or a task that could not go on
  2  wrong usage, or a file that cannot be written

Examples:
  lockdep mm run fault-under-vma-lock munmap
  lockdep mm run all-clean --seed 7 --report mm.html --record mm.lockdep)";

void Print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::vector<std::string> TaskNames(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ScenarioTask& task : scenario.tasks) names.emplace_back(task.name);
  return names;
}

// ---- lockdep mm list ----

std::string ListAsJson() {
  nlohmann::ordered_json scenarios = nlohmann::ordered_json::array();
  for (const Scenario& scenario : AllScenarios()) {
    scenarios.push_back({{"name", scenario.name},
                         {"group", scenario.group},
                         {"description", scenario.description},
                         {"tasks", TaskNames(scenario)}});
  }
  const nlohmann::ordered_json list = {
      {"schema", "lockdep-mm-scenarios"}, {"version", 1}, {"scenarios", std::move(scenarios)}};
  return list.dump(2) + "\n";
}

std::string ListAsText() {
  std::string text;
  std::string_view group;
  for (const Scenario& scenario : AllScenarios()) {
    if (group != scenario.group) {
      absl::StrAppend(&text, group.empty() ? "" : "\n", scenario.group,
                      scenario.group == kBrokenGroup ? " (a rule, on purpose)\n" : "\n");
    }
    group = scenario.group;
    absl::StrAppendFormat(&text, "  %-26s  %s\n", scenario.name, scenario.description);
  }
  return text;
}

// ---- lockdep mm run ----

std::vector<const Scenario*> CleanScenarios() {
  std::vector<const Scenario*> clean;
  for (const Scenario& scenario : AllScenarios()) {
    if (scenario.group != kBrokenGroup) clean.push_back(&scenario);
  }
  return clean;
}

std::string UnknownScenario(const std::string& name) {
  std::vector<std::string> known = {kAllClean};
  for (const Scenario& scenario : AllScenarios()) known.emplace_back(scenario.name);
  const std::string nearest = cli::Nearest(name, known);
  const std::string guess = nearest.empty() ? "" : absl::StrCat(" did you mean '", nearest, "'?");
  return absl::StrCat("unknown scenario '", name, "';", guess, " see 'lockdep mm list'");
}

std::string ToText(const ScenarioResult& result) {
  std::string text =
      absl::StrCat(ToString(result.execution.outcome), " in scenario '", result.scenario->name,
                   "' after ", result.execution.steps, " steps:\n");
  for (const std::string& line : result.execution.story) absl::StrAppend(&text, "  ", line, "\n");
  return text;
}

std::string ToText(const std::vector<ScenarioResult>& results, const report::Report& report) {
  std::string text = report::RenderText(report, {});
  uint64_t steps = 0;
  for (const ScenarioResult& result : results) {
    steps += result.execution.steps;
    if (result.execution.outcome != Outcome::kCompleted) {
      absl::StrAppend(&text, "\n", ToText(result));
    }
  }
  absl::StrAppend(&text, "\n", results.size(), results.size() == 1 ? " scenario, " : " scenarios, ",
                  steps, " steps\n");
  return text;
}

std::string ToJson(const std::vector<ScenarioResult>& results, const report::Report& report) {
  nlohmann::ordered_json executions = nlohmann::ordered_json::array();
  for (const ScenarioResult& result : results) {
    executions.push_back({{"scenario", result.scenario->name},
                          {"outcome", ToString(result.execution.outcome)},
                          {"steps", result.execution.steps},
                          {"story", result.execution.story}});
  }
  const nlohmann::ordered_json run = {
      {"schema", "lockdep-mm-run"},
      {"version", 1},
      {"executions", std::move(executions)},
      {"report", nlohmann::ordered_json::parse(report::RenderJson(report))}};
  return run.dump(2) + "\n";
}

bool IsClean(const std::vector<ScenarioResult>& results, const report::Report& report) {
  for (const ScenarioResult& result : results) {
    if (result.execution.outcome != Outcome::kCompleted) return false;
  }
  for (const report::Finding& finding : report.findings) {
    if (cli::Reaches(finding, "feasible")) return false;
  }
  return true;
}

class MmCommand final : public cli::Command {
 public:
  void Configure(CLI::App& tool) override;
  bool selected() const override { return app_->parsed(); }
  int Run() override;

 private:
  void ConfigureRun();
  absl::StatusOr<std::vector<const Scenario*>> Chosen() const;
  absl::Status CheckOutputs() const;
  std::string CommandLine() const;
  int RunScenarios() const;
  int Report(const std::vector<ScenarioResult>& results, const std::string& recording) const;

  CLI::App* app_ = nullptr;
  CLI::App* list_ = nullptr;
  CLI::App* run_ = nullptr;
  std::vector<std::string> names_;
  std::optional<uint64_t> seed_;
  std::string record_;
  std::vector<std::string> reports_;
  bool json_ = false;
  bool no_orders_ = false;
};

void MmCommand::Configure(CLI::App& tool) {
  app_ = tool.add_subcommand("mm", "Run the model of Linux mm locking");
  cli::SetUsage(*app_, "lockdep mm COMMAND");
  app_->require_subcommand(1);
  app_->footer(kFooter);
  list_ = app_->add_subcommand("list", "List the scenarios");
  cli::SetUsage(*list_, "lockdep mm list [--json]");
  list_->add_flag("--json", json_, "As JSON");
  ConfigureRun();
}

void MmCommand::ConfigureRun() {
  run_ = app_->add_subcommand("run", "Run scenarios and report");
  cli::SetUsage(*run_, "lockdep mm run [OPTIONS] SCENARIO...");
  run_->footer(kRunFooter);
  run_->add_option("SCENARIO", names_, "Scenarios by name, or all-clean")
      ->type_name("")
      ->required();
  run_->add_option("--seed", seed_, "Run the tasks in a random order; without it they take turns")
      ->type_name("N");
  run_->add_option("--record", record_, "Keep the recording in FILE")->type_name("FILE");
  run_->add_option("--report", reports_, "Also write the report to FILE (.html, .json, .txt)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  run_->add_flag("--json", json_, "The outcome and the report as JSON");
  run_->add_flag("--no-orders", no_orders_, "Do not preload the declared lock orders");
}

int MmCommand::Run() {
  if (run_->parsed()) return RunScenarios();
  Print(json_ ? ListAsJson() : ListAsText());
  return cli::kExitOk;
}

absl::StatusOr<std::vector<const Scenario*>> MmCommand::Chosen() const {
  std::vector<const Scenario*> chosen;
  for (const std::string& name : names_) {
    if (name == kAllClean) {
      for (const Scenario* scenario : CleanScenarios()) chosen.push_back(scenario);
      continue;
    }
    const Scenario* scenario = FindScenario(name);
    if (scenario == nullptr) return absl::InvalidArgumentError(UnknownScenario(name));
    chosen.push_back(scenario);
  }
  return chosen;
}

absl::Status MmCommand::CheckOutputs() const {
  for (const std::string& path : reports_) {
    absl::Status status = cli::ReportFormatOf(path).status();
    if (status.ok()) status = cli::CheckWritable(path);
    if (!status.ok()) return status;
  }
  return record_.empty() ? absl::OkStatus() : cli::CheckRecordTarget(record_);
}

std::string MmCommand::CommandLine() const {
  const std::string seed = seed_.has_value() ? absl::StrCat(" --seed ", *seed_) : "";
  return absl::StrCat("lockdep mm run ", absl::StrJoin(names_, " "), seed,
                      no_orders_ ? " --no-orders" : "");
}

int MmCommand::RunScenarios() const {
  const auto chosen = Chosen();
  if (!chosen.ok()) return cli::UsageError(std::string(chosen.status().message()));
  const absl::Status writable = CheckOutputs();
  if (!writable.ok()) return cli::UsageError(std::string(writable.message()));
  const auto directory = cli::RecordingDirectory::Create();
  if (!directory.ok()) return cli::UsageError(std::string(directory.status().message()));

  const RunRequest request{.scenarios = *chosen,
                           .seed = seed_,
                           .with_orders = !no_orders_,
                           .command = CommandLine(),
                           .recording_path = (*directory)->path() + "/mm.lockdep"};
  const auto results = RunRecorded(request);
  if (!results.ok()) return cli::UsageError(std::string(results.status().message()));
  return Report(*results, request.recording_path);
}

int MmCommand::Report(const std::vector<ScenarioResult>& results,
                      const std::string& recording) const {
  const auto loaded = report::LoadInputs({recording});
  if (!loaded.ok()) return cli::UsageError(std::string(loaded.status().message()));
  for (const std::string& warning : loaded->warnings) cli::Say(warning);
  Print(json_ ? ToJson(results, loaded->report) : ToText(results, loaded->report));

  std::vector<absl::Status> written;
  for (const std::string& path : reports_) {
    written.push_back(
        cli::WriteFile(path, cli::Render(loaded->report, *cli::ReportFormatOf(path))));
  }
  if (!record_.empty()) written.push_back(cli::CopyRecordings({recording}, record_));
  int exit_code = IsClean(results, loaded->report) ? cli::kExitOk : cli::kExitFindings;
  for (const absl::Status& status : written) {
    if (!status.ok()) exit_code = cli::UsageError(std::string(status.message()));
  }
  return exit_code;
}

const cli::CommandRegistration<MmCommand> kRegistration(60);

}  // namespace
}  // namespace mm_model
