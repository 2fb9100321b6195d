// Runs scenarios on one validator and writes what the engine learns into a
// recording, as the hooks do for a program: reports, gate and merge read it the
// same way.
//
// Thread safety: a function of its arguments, the file and nothing else.

#ifndef MM_MODEL_RECORDED_RUN_H_
#define MM_MODEL_RECORDED_RUN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mm_model/runner.h"

namespace mm_model {

// The built-in order that `lockdep mm` enforces.
inline constexpr char kDeclaredOrder[] = "linux-6.12-mm";

struct RunRequest {
  std::vector<const Scenario*> scenarios;
  // Random order of steps; without it the tasks take turns.
  std::optional<uint64_t> seed;
  // Whether the declared orders are preloaded.
  bool with_orders = true;
  std::string command;         // For the recording, one line for people.
  std::string recording_path;  // Must not exist.
};

struct ScenarioResult {
  const Scenario* scenario;
  ExecutionResult execution;
};

// Runs each scenario once, in order.
absl::StatusOr<std::vector<ScenarioResult>> RunRecorded(const RunRequest& request);

}  // namespace mm_model

#endif  // MM_MODEL_RECORDED_RUN_H_
