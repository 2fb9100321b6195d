// What a new dependency costs while the graph grows to 100,000 classes and 1,000,000
// dependencies: the engine, and a graph that searches all that can be reached from
// each new dependency, as the kernel's check_noncircular() does.
//
// Rows: range(0) is how large the graph is when the time is taken.  The engine's
// counters speak of the whole growth up to there: half of the dependencies took no longer than
// p50_us, all but one in a hundred no longer than p99_us; over_1ms are those that took more
// than a millisecond, and over_1ms_percent is their share of the time.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "lockdep/lockdep.h"
#include "tests/benchmarks/growth_shapes.h"

namespace lockdep::testing {
namespace {

// Of this thread alone, in seconds: what others do to the machine does not count.  A reading
// is a system call of some 0.2 us, which is in the engine's times.
double ProcessorTime() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Learns each dependency from a thread that takes its two locks.
class Engine {
 public:
  Engine() : locks_(kGrowthClasses), thread_(*validator_.CreateThread("benchmark")) {
    for (uint32_t i = 0; i < kGrowthClasses; ++i) {
      locks_[i].key = {i + 1};
      locks_[i].name = "benchmark";
    }
  }

  void Learn(Arc arc) {
    validator_.Acquire(thread_, {.lock = &locks_[arc.from], .site = LOCKDEP_CALL_SITE()});
    validator_.Acquire(thread_, {.lock = &locks_[arc.to], .site = LOCKDEP_CALL_SITE()});
    validator_.Release(thread_, locks_[arc.to], LOCKDEP_CALL_SITE());
    validator_.Release(thread_, locks_[arc.from], LOCKDEP_CALL_SITE());
  }

  ValidatorStats Stats() { return validator_.Stats(); }

 private:
  std::vector<LockMap> locks_;
  Validator validator_{Validator::Config{}};
  ThreadContext& thread_;
};

// The baseline: one breadth-first search for each new dependency, over a queue and
// marks that are made once.  It keeps nothing but the arcs.
class PlainSearch {
 public:
  PlainSearch() : successors_(kGrowthClasses), marks_(kGrowthClasses), queue_(kGrowthClasses) {}

  void Add(Arc arc) { successors_[arc.from].push_back(arc.to); }

  void Learn(Arc arc) {
    if (Reaches(arc.to, arc.from)) ++cycles_;
    Add(arc);
  }

  uint64_t cycles() const { return cycles_; }

 private:
  bool Reaches(uint32_t from, uint32_t goal) {
    ++generation_;
    size_t tail = 0;
    queue_[tail++] = from;
    marks_[from] = generation_;
    for (size_t head = 0; head < tail; ++head) {
      if (queue_[head] == goal) return true;
      for (const uint32_t next : successors_[queue_[head]]) {
        if (marks_[next] == generation_) continue;
        marks_[next] = generation_;
        queue_[tail++] = next;
      }
    }
    return false;
  }

  std::vector<std::vector<uint32_t>> successors_;
  std::vector<uint32_t> marks_;
  std::vector<uint32_t> queue_;
  uint32_t generation_ = 0;
  uint64_t cycles_ = 0;
};

// Those that make the last tenth of a graph of this size.
std::span<const Arc> LastTenth(std::span<const Arc> arcs) { return arcs.last(arcs.size() / 10); }

// What the dependencies took one by one, in seconds.
void Tell(std::vector<float>& times, benchmark::State& state) {
  std::ranges::sort(times);
  state.counters["p50_us"] = times[times.size() / 2] * 1e6;
  state.counters["p99_us"] = times[times.size() - 1 - times.size() / 100] * 1e6;
  state.counters["worst_us"] = times.back() * 1e6;
  const auto first_long = std::ranges::upper_bound(times, 1e-3F);
  const double all = std::accumulate(times.begin(), times.end(), 0.0);
  const double long_ones = std::accumulate(first_long, times.end(), 0.0);
  state.counters["over_1ms"] = static_cast<double>(times.end() - first_long);
  state.counters["over_1ms_percent"] = 100 * long_ones / all;
}

// The time of one iteration is that of one dependency, in the mean of the last tenth.
void BM_Engine(benchmark::State& state, Shape shape) {
  const std::span<const Arc> arcs{ArcsOf(shape).data(), static_cast<size_t>(state.range(0))};
  const size_t last = arcs.size() - LastTenth(arcs).size();
  double whole = 0;
  std::vector<float> times;
  times.reserve(arcs.size());
  for (auto _ : state) {
    Engine engine;
    const double start = ProcessorTime();
    double start_of_last = start;
    double now = start;
    for (size_t i = 0; i < arcs.size(); ++i) {
      if (i == last) start_of_last = now;
      engine.Learn(arcs[i]);
      const double before = std::exchange(now, ProcessorTime());
      times.push_back(static_cast<float>(now - before));
    }
    whole += now - start;
    state.SetIterationTime((now - start_of_last) / static_cast<double>(arcs.size() - last));
    if (engine.Stats().violations != 0) state.SkipWithError("a cycle in an acyclic graph");
    if (engine.Stats().dependencies != arcs.size()) state.SkipWithError("a dependency is lost");
  }
  const auto learnt = static_cast<double>(arcs.size() * static_cast<size_t>(state.iterations()));
  state.counters["mean_of_all_us"] = whole * 1e6 / learnt;
  Tell(times, state);
}

// Searches are made for a few dependencies of the last tenth only: all would take hours.
void BM_PlainSearch(benchmark::State& state, Shape shape) {
  constexpr size_t kMostSearches = 300;
  const std::span<const Arc> arcs{ArcsOf(shape).data(), static_cast<size_t>(state.range(0))};
  const size_t searches = std::min(kMostSearches, LastTenth(arcs).size());
  const size_t every = LastTenth(arcs).size() / searches;
  const size_t last = arcs.size() - searches * every;
  std::vector<float> times;
  for (auto _ : state) {
    PlainSearch graph;
    double timed = 0;
    for (size_t i = 0; i < arcs.size(); ++i) {
      if (i < last || (i - last) % every != 0) {
        graph.Add(arcs[i]);
        continue;
      }
      const double start = ProcessorTime();
      graph.Learn(arcs[i]);
      times.push_back(static_cast<float>(ProcessorTime() - start));
      timed += times.back();
    }
    state.SetIterationTime(timed / static_cast<double>(searches));
    if (graph.cycles() != 0) state.SkipWithError("a cycle in an acyclic graph");
  }
  Tell(times, state);
}

void Sizes(benchmark::internal::Benchmark* rows) {
  for (const int64_t size : {1'000, 10'000, 100'000, 300'000, 1'000'000}) rows->Arg(size);
  rows->UseManualTime()->Iterations(1)->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(BM_Engine, random, Shape::kRandom)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Engine, deep_narrow, Shape::kDeepNarrow)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Engine, wide, Shape::kWide)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Engine, layered, Shape::kLayered)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_PlainSearch, random, Shape::kRandom)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_PlainSearch, deep_narrow, Shape::kDeepNarrow)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_PlainSearch, wide, Shape::kWide)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_PlainSearch, layered, Shape::kLayered)->Apply(Sizes);

}  // namespace
}  // namespace lockdep::testing

BENCHMARK_MAIN();
