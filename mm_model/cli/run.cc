// `lockdep mm run`: each scenario once.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/recording_directory.h"
#include "lockdep/cli/usage.h"
#include "lockdep/report/load.h"
#include "lockdep/report/render.h"
#include "mm_model/cli/explanation_output.h"
#include "mm_model/cli/order_choice.h"
#include "mm_model/cli/outputs.h"
#include "mm_model/cli/scenario_choice.h"
#include "mm_model/cli/subcommand.h"
#include "mm_model/recorded_session.h"
#include "mm_model/strategies.h"

namespace mm_model {
namespace {

namespace cli = lockdep::cli;
namespace report = lockdep::report;

constexpr char kFooter[] =
    R"(SCENARIO is one of 'lockdep mm list', or all-clean: all but those that break a rule
on purpose. What the tasks do is checked against the declared lock orders of Linux
mm and the locking rules of Documentation/mm/process_addrs.rst.

Exit codes:
  0  clean
  1  a finding, or a task that could not go on
  2  wrong usage, or a file that cannot be written

Examples:
  lockdep mm run fault-under-vma-lock munmap
  lockdep mm run vm-flags-without-vma-write --explain
  lockdep mm run all-clean --seed 7 --report mm.html --record mm.lockdep)";

struct ScenarioResult {
  const Scenario* scenario;
  ExecutionResult execution;
  std::vector<ExplainedStep> steps;  // Of --explain.
  std::vector<Finding> findings;     // Of --explain.
};

std::string ToText(const ScenarioResult& result) {
  std::string text =
      absl::StrCat(ToString(result.execution.outcome), " in scenario '", result.scenario->name,
                   "' after ", result.execution.steps, " steps:\n");
  for (const std::string& line : result.execution.story) absl::StrAppend(&text, "  ", line, "\n");
  return text;
}

std::string Explained(const ScenarioResult& result) {
  if (result.steps.empty()) return "";
  return absl::StrCat("scenario '", result.scenario->name, "'\n",
                      ExplanationText(result.steps, result.findings), "\n");
}

std::string ToText(const std::vector<ScenarioResult>& results, const report::Report& report) {
  std::string text;
  for (const ScenarioResult& result : results) text += Explained(result);
  text += report::RenderText(report, {});
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
    if (result.steps.empty()) continue;
    executions.back()["explanation"] = ExplanationJson(result.steps, result.findings);
  }
  const nlohmann::ordered_json run = {
      {"schema", "lockdep-mm-run"},
      {"version", 1},
      {"executions", std::move(executions)},
      {"report", nlohmann::ordered_json::parse(report::RenderJson(report))}};
  return run.dump(2) + "\n";
}

bool AllCompleted(const std::vector<ScenarioResult>& results) {
  return std::all_of(results.begin(), results.end(), [](const ScenarioResult& result) {
    return result.execution.outcome == Outcome::kCompleted;
  });
}

class RunCommand final : public Subcommand {
 public:
  void Configure(CLI::App& mm) override;
  bool selected() const override { return app_->parsed(); }
  int Run() override;

 private:
  std::string CommandLine() const;
  std::vector<ScenarioResult> RunAll(const std::vector<const Scenario*>& scenarios,
                                     RecordedSession& session) const;
  int Report(const std::vector<ScenarioResult>& results, const std::string& recording) const;

  CLI::App* app_ = nullptr;
  bool explain_ = false;
  bool json_ = false;
  std::vector<std::string> names_;
  std::optional<uint64_t> seed_;
  OrderChoice orders_;
  Outputs outputs_;
};

void RunCommand::Configure(CLI::App& mm) {
  app_ = mm.add_subcommand("run", "Run scenarios and report");
  cli::SetUsage(*app_, "lockdep mm run [OPTIONS] SCENARIO...");
  app_->footer(kFooter);
  app_->add_option("SCENARIO", names_, "Scenarios by name, or all-clean")
      ->type_name("")
      ->required();
  app_->add_option("--seed", seed_, "Run the tasks in a random order; without it they take turns")
      ->type_name("N")
      ->check(CheckCount);
  app_->add_flag("--explain", explain_,
                 "Tell each step: task, what it does, its locks before and after, rules asked");
  outputs_.Configure(*app_);
  app_->add_flag("--json", json_, "The outcome and the report as JSON");
  orders_.Configure(*app_);
}

std::string RunCommand::CommandLine() const {
  const std::string seed = seed_.has_value() ? absl::StrCat(" --seed ", *seed_) : "";
  return absl::StrCat("lockdep mm run ", absl::StrJoin(names_, " "), seed, orders_.ToText());
}

// Each as if it ran alone: the same seed, the same execution.
std::vector<ScenarioResult> RunCommand::RunAll(const std::vector<const Scenario*>& scenarios,
                                               RecordedSession& session) const {
  std::vector<ScenarioResult> results;
  session.log().steps = [&session] { return session.runner().choices().size(); };
  for (const Scenario* scenario : scenarios) {
    RoundRobin turns;
    RandomOrder random(seed_.value_or(0));
    Strategy& strategy = seed_.has_value() ? static_cast<Strategy&>(random) : turns;
    Explainer explainer;
    session.log().Clear();
    const Runner::Options options{.observer = explain_ ? &explainer : nullptr};
    results.push_back({.scenario = scenario,
                       .execution = session.runner().Run(ProgramOf(*scenario), strategy, options)});
    results.back().steps = explainer.TakeSteps();
    results.back().findings = session.log().findings();
  }
  return results;
}

int RunCommand::Run() {
  const auto chosen = ScenariosNamed(names_);
  if (!chosen.ok()) return cli::UsageError(std::string(chosen.status().message()));
  const absl::Status writable = outputs_.Check();
  if (!writable.ok()) return cli::UsageError(std::string(writable.message()));
  const auto directory = cli::RecordingDirectory::Create();
  if (!directory.ok()) return cli::UsageError(std::string(directory.status().message()));

  const std::string recording = (*directory)->path() + "/mm.lockdep";
  const auto session = RecordedSession::Open(
      {.orders = orders_.orders(), .command = CommandLine(), .path = recording});
  if (!session.ok()) return cli::UsageError(std::string(session.status().message()));
  const std::vector<ScenarioResult> results = RunAll(*chosen, **session);
  const absl::Status finished = (*session)->Finish();
  if (!finished.ok()) return cli::UsageError(std::string(finished.message()));
  return Report(results, recording);
}

int RunCommand::Report(const std::vector<ScenarioResult>& results,
                       const std::string& recording) const {
  const auto loaded = report::LoadInputs({recording});
  if (!loaded.ok()) return cli::UsageError(std::string(loaded.status().message()));
  for (const std::string& warning : loaded->warnings) cli::Say(warning);
  Print(json_ ? ToJson(results, loaded->report) : ToText(results, loaded->report));
  if (!outputs_.Write(loaded->report, recording, VmaLockGeneration::kRefcount))
    return cli::kExitUsage;
  const bool clean = AllCompleted(results) && !HasFindings(loaded->report);
  return clean ? cli::kExitOk : cli::kExitFindings;
}

}  // namespace

std::unique_ptr<Subcommand> MakeRun() { return std::make_unique<RunCommand>(); }

}  // namespace mm_model
