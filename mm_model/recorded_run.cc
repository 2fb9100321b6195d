#include "mm_model/recorded_run.h"

#include <cstring>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/order/load.h"
#include "lockdep/order/order_set.h"
#include "lockdep/record/recorder.h"
#include "mm_model/strategies.h"

namespace mm_model {
namespace {

absl::StatusOr<lockdep::order::OrderSet> LoadDeclaredOrder(bool wanted) {
  if (!wanted) return lockdep::order::OrderSet();
  auto files = lockdep::order::LoadOrders({kDeclaredOrder});
  if (!files.ok()) return files.status();
  return lockdep::order::OrderSet::Make(*std::move(files));
}

std::unique_ptr<Strategy> StrategyFor(const RunRequest& request) {
  if (request.seed.has_value()) return std::make_unique<RandomOrder>(*request.seed);
  return std::make_unique<RoundRobin>();
}

std::vector<ScenarioResult> RunAll(const RunRequest& request, Runner& runner) {
  std::vector<ScenarioResult> results;
  for (const Scenario* scenario : request.scenarios) {
    // Each as if it ran alone: the same seed, the same execution.
    results.push_back({scenario, runner.Run(*scenario, *StrategyFor(request), {})});
  }
  return results;
}

absl::Status WriteError(const RunRequest& request, int error) {
  return absl::UnavailableError(
      absl::StrCat(request.recording_path, ": cannot be written: ", std::strerror(error)));
}

}  // namespace

absl::StatusOr<std::vector<ScenarioResult>> RunRecorded(const RunRequest& request) {
  const auto order = LoadDeclaredOrder(request.with_orders);
  if (!order.ok()) return order.status();

  lockdep::record::Recorder recorder;
  const int error = recorder.Open(request.recording_path.c_str(), request.command.c_str());
  if (error != 0) return WriteError(request, error);

  lockdep::NativeStack stacks;
  const lockdep::Validator::Config config{
      .observer = &recorder, .stacks = &stacks, .declared_order = order->declared_order()};
  // On the heap: its arena is not small.
  const auto validator = std::make_unique<lockdep::Validator>(config);
  Runner runner(*validator);
  std::vector<ScenarioResult> results = RunAll(request, runner);

  const lockdep::ValidatorStats stats = validator->Stats();
  recorder.WriteTotals({.lock_operations = stats.acquisitions,
                        .locks = runner.locks_taken(),
                        .chains = stats.chains});
  recorder.WriteEnd();
  recorder.Close();
  if (recorder.failed_errno() != 0) return WriteError(request, recorder.failed_errno());
  return results;
}

}  // namespace mm_model
