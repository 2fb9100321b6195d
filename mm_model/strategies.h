// The simple strategies: each task as far as it goes, one step of each in
// turn, and seeded random order.

#ifndef MM_MODEL_STRATEGIES_H_
#define MM_MODEL_STRATEGIES_H_

#include <cstdint>
#include <random>

#include "mm_model/scheduler.h"

namespace mm_model {

// Stays with a task until it blocks or ends; then the first that can go on.
class FirstRunnable final : public Strategy {
 public:
  void BeginExecution() override {}
  TaskId ChooseNext(const Situation& situation) override;
};

// One step of each task in turn.
class RoundRobin final : public Strategy {
 public:
  void BeginExecution() override {}
  TaskId ChooseNext(const Situation& situation) override;
};

// Any of them, each with the same probability.  The same seed gives the same
// executions, on every machine.
class RandomOrder final : public Strategy {
 public:
  explicit RandomOrder(uint64_t seed) : random_(seed) {}
  void BeginExecution() override {}
  TaskId ChooseNext(const Situation& situation) override;

 private:
  std::mt19937_64 random_;
};

// The n-th task of a set, counted from 0.  REQUIRES: the set has more than n.
TaskId NthOf(TaskSet set, unsigned n);

}  // namespace mm_model

#endif  // MM_MODEL_STRATEGIES_H_
