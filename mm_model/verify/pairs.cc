#include "mm_model/verify/pairs.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "mm_model/interned.h"

namespace mm_model {
namespace {

constexpr std::string_view kEndsTheAddressSpace = "address-space-life";

bool IsAmong(const std::vector<Scenario>& operations, const Scenario& scenario,
             const ScenarioTask& task) {
  return std::any_of(operations.begin(), operations.end(), [&](const Scenario& known) {
    return known.tasks[0].run == task.run && known.prepare == scenario.prepare;
  });
}

}  // namespace

std::vector<Scenario> OperationsOf(const std::vector<const Scenario*>& scenarios) {
  std::vector<Scenario> operations;
  for (const Scenario* scenario : scenarios) {
    if (scenario->name == kEndsTheAddressSpace) continue;
    for (size_t i = 0; i < scenario->tasks.size(); ++i) {
      if (IsAmong(operations, *scenario, scenario->tasks[i])) continue;
      Scenario operation = *scenario;
      operation.tasks = scenario->tasks.subspan(i, 1);
      if (scenario->tasks.size() > 1) {
        operation.name = Interned(absl::StrCat(scenario->name, ".", scenario->tasks[i].name));
      }
      operations.push_back(operation);
    }
  }
  return operations;
}

std::vector<OperationPair> PairsOf(const std::vector<Scenario>& operations) {
  std::vector<OperationPair> pairs;
  for (size_t one = 0; one < operations.size(); ++one) {
    for (size_t other = one; other < operations.size(); ++other) {
      pairs.emplace_back(&operations[one], &operations[other]);
    }
  }
  return pairs;
}

PairExploration ExplorePair(const OperationPair& pair, lockdep::DeclaredOrder order,
                            uint64_t max_executions) {
  FindingLog log;
  const auto validator = std::make_unique<lockdep::Validator>(
      lockdep::Validator::Config{.observer = &log, .declared_order = order});
  Runner runner(*validator);
  Explorer explorer(runner, log, order);
  const Scenario* const both[] = {pair.first, pair.second};
  const Program program = ProgramOf(both);
  PairExploration result;
  result.in_depth = explorer.Explore(program, {.limits = {.max_executions = max_executions}});
  if (result.in_depth.ending == Ending::kLimit) {
    result.sampled = explorer.Explore(
        program,
        {.strategy = StrategyKind::kPct, .limits = {.max_executions = (max_executions + 3) / 4}});
  }
  return result;
}

}  // namespace mm_model
