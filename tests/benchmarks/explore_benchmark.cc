// What exploration costs: steps and executions a second with all checks on, what
// the partial-order reduction saves, and the memory of short and long runs.
//
// A step is a scheduling point at which the strategy chooses who goes on, with
// the work and the checks up to the next one.  Steps of every execution count,
// also those that repeat the beginning of the one before; the set-up of the
// address space, which is the same each time, does not.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <memory>
#include <string>
#include <vector>

#include "mm_model/explore/explorer.h"
#include "mm_model/recorded_session.h"
#include "mm_model/verify/pairs.h"
#include "tests/benchmarks/philosophers.h"

namespace mm_model {
namespace {

lockdep::DeclaredOrder Orders() {
  static const auto& orders = *new auto(LoadDeclaredOrder());
  return orders->declared_order();
}

// A validator with the declared orders, as `lockdep mm explore` has it.
class Session {
 public:
  Exploration Explore(const Program& program, const ExploreOptions& options) {
    return Explorer(runner_, log_, Orders()).Explore(program, options);
  }

 private:
  FindingLog log_;
  std::unique_ptr<lockdep::Validator> validator_ = std::make_unique<lockdep::Validator>(
      lockdep::Validator::Config{.observer = &log_, .declared_order = Orders()});
  Runner runner_{*validator_};
};

class Totals {
 public:
  void Add(const Exploration& exploration) {
    steps_ += exploration.coverage.steps;
    executions_ += exploration.coverage.executions + exploration.coverage.cut;
  }
  void Tell(benchmark::State& state) const {
    using benchmark::Counter;
    state.counters["steps/s"] = Counter(static_cast<double>(steps_), Counter::kIsRate);
    state.counters["executions/s"] = Counter(static_cast<double>(executions_), Counter::kIsRate);
    state.counters["executions"] =
        Counter(static_cast<double>(executions_), Counter::kAvgIterations);
  }

 private:
  uint64_t steps_ = 0;
  uint64_t executions_ = 0;
};

void ExploreAgainAndAgain(benchmark::State& state, const Program& program,
                          const ExploreOptions& options) {
  Session session;
  Totals totals;
  for (auto _ : state) totals.Add(session.Explore(program, options));
  totals.Tell(state);
}

Program ProgramOfNames(const std::vector<const char*>& names) {
  std::vector<const Scenario*> scenarios;
  for (const char* name : names) scenarios.push_back(FindScenario(name));
  return ProgramOf(scenarios);
}

void BM_Scenarios(benchmark::State& state, const std::vector<const char*>& names) {
  ExploreAgainAndAgain(state, ProgramOfNames(names), {.limits = {.max_executions = 2000}});
}
BENCHMARK_CAPTURE(BM_Scenarios, fault_races_munmap, {"fault-races-munmap"});
BENCHMARK_CAPTURE(BM_Scenarios, fault_races_truncate, {"fault-races-truncate"});
BENCHMARK_CAPTURE(BM_Scenarios, fault_races_fork, {"fault-races-fork"});
BENCHMARK_CAPTURE(BM_Scenarios, swap_and_munmap, {"swap", "munmap"});
BENCHMARK_CAPTURE(BM_Scenarios, collapse_and_migration, {"collapse", "migration"});

// The same scenario to its end with and without the reduction.
void BM_Reduction(benchmark::State& state, Reduction reduction) {
  ExploreAgainAndAgain(state, ProgramOfNames({"mmap-lock-under-vma-read"}),
                       {.reduction = reduction, .limits = {.max_executions = 0}});
}
BENCHMARK_CAPTURE(BM_Reduction, with, Reduction::kPartialOrder);
BENCHMARK_CAPTURE(BM_Reduction, without, Reduction::kNone);

// Every pair of operations, as `lockdep mm verify` explores them.
void BM_EveryPair(benchmark::State& state) {
  std::vector<const Scenario*> clean;
  for (const Scenario& scenario : AllScenarios()) {
    if (scenario.group != kBrokenGroup) clean.push_back(&scenario);
  }
  const std::vector<Scenario> operations = OperationsOf(clean);
  const std::vector<OperationPair> pairs = PairsOf(operations);
  Totals totals;
  for (auto _ : state) {
    for (const OperationPair& pair : pairs) {
      const PairExploration explored = ExplorePair(pair, Orders(), 100);
      totals.Add(explored.in_depth);
      totals.Add(explored.sampled);
    }
  }
  totals.Tell(state);
}
BENCHMARK(BM_EveryPair)->Unit(benchmark::kMillisecond);

void BM_Strategy(benchmark::State& state, StrategyKind strategy) {
  ExploreAgainAndAgain(state, ProgramOfNames({"fault-races-munmap"}),
                       {.strategy = strategy, .limits = {.max_executions = 2000}});
}
BENCHMARK_CAPTURE(BM_Strategy, pct, StrategyKind::kPct);
BENCHMARK_CAPTURE(BM_Strategy, random, StrategyKind::kRandom);

// `unreduced`: executions without the reduction, computed; two and three
// philosophers are run without it too, and must come to the same.
void BM_Philosophers(benchmark::State& state) {
  const auto count = static_cast<unsigned>(state.range(0));
  ExploreAgainAndAgain(state, DiningPhilosophers(count), {.limits = {.max_executions = 0}});
  state.counters["unreduced"] = ExecutionsOfPhilosophers(count);
}
BENCHMARK(BM_Philosophers)->DenseRange(2, 6);

void BM_PhilosophersWithoutReduction(benchmark::State& state) {
  ExploreAgainAndAgain(state, DiningPhilosophers(static_cast<unsigned>(state.range(0))),
                       {.reduction = Reduction::kNone, .limits = {.max_executions = 0}});
}
BENCHMARK(BM_PhilosophersWithoutReduction)->DenseRange(2, 3);

// Peak memory of the process after so many executions; they must be asked for one
// by one (--benchmark_filter), for a peak never goes down.
void BM_PeakMemory(benchmark::State& state) {
  Session session;
  const Program program = ProgramOfNames({"fault-under-vma-lock", "munmap"});
  for (auto _ : state) {
    session.Explore(program, {.limits = {.max_executions = static_cast<uint64_t>(state.range(0))}});
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_kib"] = static_cast<double>(usage.ru_maxrss);
}
BENCHMARK(BM_PeakMemory)->Arg(1000)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mm_model
