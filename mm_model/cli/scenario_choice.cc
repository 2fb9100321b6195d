#include "mm_model/cli/scenario_choice.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/cli/suggest.h"
#include "mm_model/museum/museum.h"

namespace mm_model {

std::vector<const Scenario*> CleanScenarios() {
  std::vector<const Scenario*> clean;
  for (const Scenario& scenario : AllScenarios()) {
    if (scenario.group != kBrokenGroup) clean.push_back(&scenario);
  }
  return clean;
}

absl::StatusOr<const Scenario*> ScenarioNamed(const std::string& name) {
  if (const Scenario* scenario = FindScenario(name)) return scenario;
  std::vector<std::string> known = {kAllClean};
  for (const Scenario& scenario : AllScenarios()) known.emplace_back(scenario.name);
  for (const auto* const pieces : {&AllMuseumPieces(), &AllConsequences()}) {
    for (const MuseumPiece& piece : *pieces) known.emplace_back(piece.name);
  }
  const std::string nearest = lockdep::cli::Nearest(name, known);
  const std::string guess = nearest.empty() ? "" : absl::StrCat(" did you mean '", nearest, "'?");
  return absl::InvalidArgumentError(
      absl::StrCat("unknown scenario '", name, "';", guess, " see 'lockdep mm list'"));
}

absl::StatusOr<std::vector<const Scenario*>> ScenariosNamed(const std::vector<std::string>& names) {
  std::vector<const Scenario*> chosen;
  for (const std::string& name : names) {
    if (name == kAllClean) {
      for (const Scenario* scenario : CleanScenarios()) chosen.push_back(scenario);
      continue;
    }
    const auto scenario = ScenarioNamed(name);
    if (!scenario.ok()) return scenario.status();
    chosen.push_back(*scenario);
  }
  return chosen;
}

}  // namespace mm_model
