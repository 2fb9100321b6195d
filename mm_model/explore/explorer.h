// Explores a program: runs it again and again under a strategy, until everything
// that can matter was seen or a bound is reached, and keeps for each kind of
// thing that went wrong a schedule that shows it.
//
// Thread safety: used by one thread.

#ifndef MM_MODEL_EXPLORE_EXPLORER_H_
#define MM_MODEL_EXPLORE_EXPLORER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mm_model/explore/dfs.h"
#include "mm_model/explore/finding_log.h"
#include "mm_model/explore/schedule.h"
#include "mm_model/runner.h"

namespace mm_model {

enum class StrategyKind : uint8_t { kDfs, kPct, kRandom };

// "dfs", "pct", "random"; never null.
const char* ToString(StrategyKind kind);

struct ExploreLimits {
  uint64_t max_executions = 200'000;  // 0: none.
  double max_seconds = 0;             // 0: none.
  uint64_t max_steps = 100'000;       // Of one execution.
};

struct ExploreOptions {
  StrategyKind strategy = StrategyKind::kDfs;
  Reduction reduction = Reduction::kPartialOrder;
  uint64_t seed = 1;
  unsigned depth = 3;  // Of PCT.
  ExploreLimits limits;
  VmaLockGeneration generation = VmaLockGeneration::kRefcount;
  std::optional<MutationSpec> mutation;
  bool stop_at_first = false;  // End with the first thing that goes wrong.
};

// What has been done so far.
struct Coverage {
  uint64_t executions = 0;  // Run to their end.
  uint64_t cut = 0;         // Left when all that followed was known.
  uint64_t steps = 0;
  uint64_t longest = 0;     // Steps of the longest execution.
  size_t open_choices = 0;  // States with more to try, on the present path.
  double seconds = 0;
};

enum class Ending : uint8_t {
  kExhausted,  // Every order of steps that can matter was run.
  kLimit,      // A limit was reached.
  kFound,      // Something went wrong, and that was asked for.
  kStopped,    // From outside.
};

// Something that went wrong, and the first execution that showed it.
struct Discovery {
  Finding finding;
  // A replay reproduces it by itself; otherwise it took several executions (two
  // orders of locks, one in each), and the report has both sides.
  std::optional<Schedule> schedule;
};

struct Exploration {
  Coverage coverage;
  Ending ending = Ending::kExhausted;
  uint64_t over_the_step_limit = 0;    // Executions that were ended for their length.
  std::vector<Discovery> discoveries;  // In order of detection.
};

class Explorer {
 public:
  // Explores on a validator that reports to `log`; shrinks on others that know
  // the same declared order.
  Explorer(Runner& runner, FindingLog& log, lockdep::DeclaredOrder order)
      : runner_(runner), log_(log), order_(order) {}

  // Called every few executions; returning false ends the exploration.
  std::function<bool(const Coverage&)> on_progress;

  Exploration Explore(const Program& program, const ExploreOptions& options);

 private:
  void Note(const Program& program, const ExploreOptions& options, Exploration* exploration);

  Runner& runner_;
  FindingLog& log_;
  const lockdep::DeclaredOrder order_;
};

// Runs the program once under the schedule, on a validator of its own; returns
// what was found, with the number of steps begun by then.
struct ReplayResult {
  ExecutionResult execution;
  std::vector<Finding> findings;
  std::vector<uint8_t> choices;
  uint32_t check_sum = 0;
};
ReplayResult ReplayOnce(const Program& program, const ExploreOptions& options,
                        std::span<const Stretch> stretches, lockdep::DeclaredOrder order,
                        StepObserver* observer = nullptr);

}  // namespace mm_model

#endif  // MM_MODEL_EXPLORE_EXPLORER_H_
