#include "mm_model/verify/pairs.h"

#include <memory>
#include <string_view>

namespace mm_model {
namespace {

// It ends with the address space, so nobody else may use that any more.
constexpr std::string_view kEndsTheAddressSpace = "address-space-life";

}  // namespace

std::vector<OperationPair> PairsOf(const std::vector<const Scenario*>& scenarios) {
  std::vector<const Scenario*> operations;
  for (const Scenario* scenario : scenarios) {
    const bool alone = scenario->tasks.size() > 1 || scenario->name == kEndsTheAddressSpace;
    if (!alone) operations.push_back(scenario);
  }
  std::vector<OperationPair> pairs;
  for (size_t one = 0; one < operations.size(); ++one) {
    for (size_t other = one; other < operations.size(); ++other) {
      pairs.emplace_back(operations[one], operations[other]);
    }
  }
  return pairs;
}

Exploration ExplorePair(const OperationPair& pair, lockdep::DeclaredOrder order,
                        uint64_t max_executions) {
  FindingLog log;
  const auto validator = std::make_unique<lockdep::Validator>(
      lockdep::Validator::Config{.observer = &log, .declared_order = order});
  Runner runner(*validator);
  Explorer explorer(runner, log, order);
  const Scenario* const both[] = {pair.first, pair.second};
  return explorer.Explore(ProgramOf(both), {.limits = {.max_executions = max_executions}});
}

}  // namespace mm_model
