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
#include "mm_model/scenario.h"

namespace mm_model {
namespace {

namespace cli = lockdep::cli;

std::vector<std::string> TaskNames(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ScenarioTask& task : scenario.tasks) names.emplace_back(task.name);
  return names;
}

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

class List final : public Subcommand {
 public:
  void Configure(CLI::App& mm) override {
    app_ = mm.add_subcommand("list", "List the scenarios");
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
