// Probabilistic concurrency testing: tasks have random priorities, the highest
// that can go on runs, and at d-1 random steps the running task falls below all
// others.  A bug that needs d ordering constraints among n tasks and k steps is
// found by one execution with a probability of at least 1/(n k^(d-1)).
//
// The same seed gives the same executions, on every machine.
//
// Source: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler
// with probabilistic guarantees of finding bugs", ASPLOS 2010.
//
// Thread safety: used by one thread.

#ifndef MM_MODEL_EXPLORE_PCT_H_
#define MM_MODEL_EXPLORE_PCT_H_

#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include "mm_model/scheduler.h"

namespace mm_model {

class Pct final : public Strategy {
 public:
  // `depth` is d, from 1.
  Pct(uint64_t seed, unsigned depth) : random_(seed), depth_(depth) {}

  void BeginExecution() override;
  TaskId ChooseNext(const Situation& situation) override;

 private:
  TaskId Highest(TaskSet runnable) const;

  std::mt19937_64 random_;
  const unsigned depth_;
  uint64_t longest_ = 64;  // Steps of the longest execution so far: k.
  std::vector<uint64_t> changes_;
  std::array<uint64_t, kMaxTasks> priorities_{};
};

}  // namespace mm_model

#endif  // MM_MODEL_EXPLORE_PCT_H_
