// `lockdep mm list`: what there is to run.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/usage.h"
#include "mm_model/cli/outputs.h"
#include "mm_model/cli/subcommand.h"
#include "mm_model/museum/museum.h"
#include "mm_model/operations.h"

namespace mm_model {
namespace {

namespace cli = lockdep::cli;

std::vector<std::string> TaskNames(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ScenarioTask& task : scenario.tasks) names.emplace_back(task.name);
  return names;
}

// Scenarios, then historical bugs and what comes of breaking rules, as they go wrong.
std::vector<const Scenario*> EverythingToRun() {
  std::vector<const Scenario*> all;
  for (const Scenario& scenario : AllScenarios()) all.push_back(&scenario);
  for (const auto* const pieces : {&AllMuseumPieces(), &AllConsequences()}) {
    for (const MuseumPiece& piece : *pieces) all.push_back(&piece.broken);
  }
  return all;
}

const char* NoteOn(std::string_view group) {
  if (group == kBrokenGroup) return " (a rule, on purpose)";
  if (group == kMuseumGroup) return " (bugs that the kernel had; NAME-mended is without)";
  if (group == kWhyGroup) return " (what comes of breaking a rule; NAME-kept keeps it)";
  return "";
}

std::string ListAsJson() {
  nlohmann::ordered_json scenarios = nlohmann::ordered_json::array();
  for (const Scenario* scenario : EverythingToRun()) {
    scenarios.push_back({{"name", scenario->name},
                         {"group", scenario->group},
                         {"description", scenario->description},
                         {"tasks", TaskNames(*scenario)}});
  }
  nlohmann::ordered_json operations = nlohmann::ordered_json::array();
  for (const Operation& operation : AllOperations()) {
    operations.push_back({{"name", operation.name},
                          {"description", operation.description},
                          {"file", operation.file},
                          {"follows", absl::StrCat(kFollowedKernel, " ", operation.follows)},
                          {"scenario", operation.scenario}});
  }
  const nlohmann::ordered_json list = {{"schema", "lockdep-mm-scenarios"},
                                       {"version", 1},
                                       {"operations", std::move(operations)},
                                       {"scenarios", std::move(scenarios)}};
  return list.dump(2) + "\n";
}

std::string OperationsAsText() {
  std::string text = absl::StrCat("operations (kernel paths, as in ", kFollowedKernel,
                                  "; and a scenario that runs each)\n");
  for (const Operation& operation : AllOperations()) {
    absl::StrAppendFormat(&text, "  %-34s  %s (%s; %s)\n", operation.name, operation.description,
                          operation.follows, operation.scenario);
  }
  return text + "\n";
}

std::string ListAsText() {
  std::string text = OperationsAsText();
  std::string_view group;
  for (const Scenario* scenario : EverythingToRun()) {
    if (group != scenario->group) {
      absl::StrAppend(&text, group.empty() ? "" : "\n", scenario->group, NoteOn(scenario->group),
                      "\n");
    }
    group = scenario->group;
    absl::StrAppendFormat(&text, "  %-34s  %s\n", scenario->name, scenario->description);
  }
  return text;
}

class List final : public Subcommand {
 public:
  void Configure(CLI::App& mm) override {
    app_ = mm.add_subcommand("list", "List operations, scenarios, museum and consequences");
    cli::SetUsage(*app_, "lockdep mm list [--json]");
    app_->add_flag("--json", json_, "As JSON");
  }
  bool selected() const override { return app_->parsed(); }
  int Run() override {
    Print(json_ ? ListAsJson() : ListAsText());
    return cli::kExitOk;
  }

 private:
  CLI::App* app_ = nullptr;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> MakeList() { return std::make_unique<List>(); }

}  // namespace mm_model
