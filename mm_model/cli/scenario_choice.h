// Scenarios by the names that a person gives.

#ifndef MM_MODEL_CLI_SCENARIO_CHOICE_H_
#define MM_MODEL_CLI_SCENARIO_CHOICE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mm_model/scenario.h"

namespace mm_model {

// Stands for all scenarios but those that break a rule on purpose.
inline constexpr char kAllClean[] = "all-clean";

std::vector<const Scenario*> CleanScenarios();

// Suggests the nearest name for one that does not exist.
absl::StatusOr<const Scenario*> ScenarioNamed(const std::string& name);

// Each by name, or kAllClean.
absl::StatusOr<std::vector<const Scenario*>> ScenariosNamed(const std::vector<std::string>& names);

}  // namespace mm_model

#endif  // MM_MODEL_CLI_SCENARIO_CHOICE_H_
