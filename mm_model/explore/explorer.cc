#include "mm_model/explore/explorer.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "mm_model/explore/pct.h"
#include "mm_model/explore/schedule_shrinker.h"
#include "mm_model/strategies.h"

namespace mm_model {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kProgressEvery = 64;  // Executions.

std::unique_ptr<Strategy> MakeStrategy(const ExploreOptions& options) {
  switch (options.strategy) {
    case StrategyKind::kDfs:
      return std::make_unique<Dfs>(options.reduction);
    case StrategyKind::kPct:
      return std::make_unique<Pct>(options.seed, options.depth);
    case StrategyKind::kRandom:
      break;
  }
  return std::make_unique<RandomOrder>(options.seed);
}

Runner::Options RunOptions(const ExploreOptions& options) {
  return {.limits = {.max_steps = options.limits.max_steps},
          .generation = options.generation,
          .mutation = options.mutation};
}

void Count(const ExecutionResult& result, Exploration* exploration) {
  Coverage& coverage = exploration->coverage;
  ++(result.outcome == Outcome::kCut ? coverage.cut : coverage.executions);
  coverage.steps += result.steps;
  coverage.longest = std::max(coverage.longest, result.steps);
  if (result.outcome == Outcome::kStepLimit) ++exploration->over_the_step_limit;
}

bool IsKnown(const Exploration& exploration, const Finding& finding) {
  return std::any_of(exploration.discoveries.begin(), exploration.discoveries.end(),
                     [&](const Discovery& known) { return known.finding.IsLike(finding); });
}

// Whether enough was run.
bool AtLimit(const ExploreLimits& limits, const Coverage& coverage) {
  const uint64_t executions = coverage.executions + coverage.cut;
  return (limits.max_executions != 0 && executions >= limits.max_executions) ||
         (limits.max_seconds > 0 && coverage.seconds >= limits.max_seconds);
}

}  // namespace

const char* ToString(StrategyKind kind) {
  switch (kind) {
    case StrategyKind::kDfs:
      return "dfs";
    case StrategyKind::kPct:
      return "pct";
    case StrategyKind::kRandom:
      return "random";
  }
  return "";
}

ReplayResult ReplayOnce(const Program& program, const ExploreOptions& options,
                        std::span<const Stretch> stretches, lockdep::DeclaredOrder order,
                        StepObserver* observer) {
  FindingLog log;
  const auto validator = std::make_unique<lockdep::Validator>(lockdep::Validator::Config{
      .observer = &log, .declared_order = order, .handlers_are_excluded = true});
  Runner runner(*validator);
  log.steps = [&runner] { return runner.choices().size(); };
  StepCheckSum sum;
  Replay replay(stretches);
  Runner::Options run = RunOptions(options);
  run.observer = observer == nullptr ? &sum : observer;
  ReplayResult result{.execution = runner.Run(program, replay, run)};
  result.findings = log.findings();
  result.choices = runner.choices();
  result.check_sum = sum.value();
  return result;
}

// Looks at what the last execution added to the log.
void Explorer::Note(const Program& program, const ExploreOptions& options,
                    Exploration* exploration) {
  const std::vector<uint8_t> choices = runner_.choices();
  for (const Finding& finding : log_.findings()) {
    if (IsKnown(*exploration, finding)) continue;
    const auto shows = [&](std::span<const Stretch> stretches) -> std::vector<uint8_t> {
      const ReplayResult replay = ReplayOnce(program, options, stretches, order_);
      for (const Finding& found : replay.findings) {
        if (!found.IsLike(finding)) continue;
        return {replay.choices.begin(), replay.choices.begin() + static_cast<long>(found.step)};
      }
      return {};
    };
    const std::vector<Stretch> shrunk = ShrinkSchedule(ToStretches(choices), shows);
    exploration->discoveries.push_back({finding, std::nullopt});
    if (shrunk.empty()) continue;
    const uint32_t sum = ReplayOnce(program, options, shrunk, order_).check_sum;
    exploration->discoveries.back().schedule =
        Schedule{program.name, options.generation, shrunk, sum};
  }
  log_.Clear();
}

Exploration Explorer::Explore(const Program& program, const ExploreOptions& options) {
  Exploration exploration;
  Coverage& coverage = exploration.coverage;
  const auto strategy = MakeStrategy(options);
  auto* const dfs =
      options.strategy == StrategyKind::kDfs ? static_cast<Dfs*>(strategy.get()) : nullptr;
  const Runner::Options run = RunOptions(options);
  const Clock::time_point begin = Clock::now();
  log_.steps = [this] { return runner_.choices().size(); };
  log_.Clear();
  while (true) {
    Count(runner_.Run(program, *strategy, run), &exploration);
    if (!log_.findings().empty()) Note(program, options, &exploration);
    coverage.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    if (options.stop_at_first && !exploration.discoveries.empty()) {
      exploration.ending = Ending::kFound;
      break;
    }
    if (dfs != nullptr && !dfs->Advance()) break;  // Exhausted.
    if (AtLimit(options.limits, coverage)) {
      exploration.ending = Ending::kLimit;
      break;
    }
    if (!on_progress || (coverage.executions + coverage.cut) % kProgressEvery != 0) continue;
    if (dfs != nullptr) coverage.open_choices = dfs->open_choices();
    if (!on_progress(coverage)) {
      exploration.ending = Ending::kStopped;
      break;
    }
  }
  if (dfs != nullptr) coverage.open_choices = dfs->open_choices();
  return exploration;
}

}  // namespace mm_model
