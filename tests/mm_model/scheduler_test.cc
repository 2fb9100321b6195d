#include "mm_model/scheduler.h"

#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SchedulerTest : public ModelTest {
 protected:
  // A task that logs its letter and gives way, `times` over.
  Body Letters(char letter, int times) {
    return [this, letter, times] {
      for (int i = 0; i < times; ++i) {
        log_ += letter;
        SchedulingPoint({StepKind::kAtomic, "letter", nullptr});
      }
    };
  }

  std::string log_;
};

TEST_F(SchedulerTest, FirstRunnableStaysWithATaskUntilItEnds) {
  FirstRunnable strategy;
  Together({Letters('a', 3), Letters('b', 3)}, &strategy);
  EXPECT_EQ(log_, "aaabbb");
}

TEST_F(SchedulerTest, RoundRobinTakesOneStepOfEachInTurn) {
  RoundRobin strategy;
  Together({Letters('a', 3), Letters('b', 3)}, &strategy);
  EXPECT_EQ(log_, "ababab");
}

TEST_F(SchedulerTest, RandomOrderIsTheSameForTheSameSeedAndAnotherForAnother) {
  const auto run = [&](uint64_t seed) {
    log_.clear();
    RandomOrder strategy(seed);
    Together({Letters('a', 20), Letters('b', 20)}, &strategy);
    return log_;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST_F(SchedulerTest, ATaskThatWaitsIsNotRunBeforeItsConditionHolds) {
  Flag flag;
  const ExecutionResult result = Together({[&] {
                                             flag.Wait();
                                             log_ += "after";
                                           },
                                           [&] {
                                             log_ += "before ";
                                             flag.Raise();
                                           }});
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
  EXPECT_EQ(log_, "before after");
}

TEST_F(SchedulerTest, ADeadlockIsSaidWithWhatEachTaskWaitsForAndHolds) {
  const ExecutionResult result = Together({[] {
    auto* const first = machine().New<spinlock>(LockClass::kILock, nullptr);
    auto* const second = machine().New<spinlock>(LockClass::kPteLock, nullptr);
    spin_lock(first);
    spin_lock(second);
    spin_lock(first);
  }});
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_THAT(result.story, ElementsAre("task 'task-1' waits for inode->i_lock and holds "
                                        "inode->i_lock (write), pte_lock (write)"));
}

TEST_F(SchedulerTest, ATaskThatOnlyRetriesLetsOthersMoveFirst) {
  bool done = false;
  const ExecutionResult result = Together({[&] {
                                             while (!done) {
                                               SchedulingPoint({StepKind::kRetry, "done", &done});
                                             }
                                           },
                                           [&] {
                                             Letters('b', 5)();
                                             done = true;
                                           }});
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
  EXPECT_LT(result.steps, 30u);
}

TEST_F(SchedulerTest, TheStepLimitEndsAnExecutionThatGoesOnForEver) {
  const ExecutionResult result = Together({[] {
                                            while (true) {
                                              SchedulingPoint({StepKind::kRetry, "ever", nullptr});
                                            }
                                          }},
                                          nullptr, 50);
  EXPECT_EQ(result.outcome, Outcome::kStepLimit);
  EXPECT_EQ(result.steps, 50u);
}

TEST_F(SchedulerTest, ACorruptionEndsTheExecutionAtOnce) {
  const ExecutionResult result = Together({[&] {
                                             log_ += "a";
                                             Corruption("the tree is torn");
                                           },
                                           Letters('b', 3)});
  EXPECT_EQ(result.outcome, Outcome::kCorruption);
  EXPECT_THAT(result.story, ElementsAre("the tree is torn"));
  EXPECT_EQ(log_, "a");
}

TEST_F(SchedulerTest, TheObserverSeesEveryStepBeforeItIsDone) {
  struct Trace final : StepObserver {
    void OnStep(const Task& task, const Step& step) override {
      lines.push_back(task.name() + " " + ToString(step.kind) + " " + step.what);
    }
    std::vector<std::string> lines;
  };
  Trace trace;
  Scheduler scheduler(machine_);
  scheduler.Spawn(
      "one",
      [] {
        auto* const lock = machine().New<spinlock>(LockClass::kILock, nullptr);
        spin_lock(lock);
        spin_unlock(lock);
      },
      *validator_.CreateThread("one"));
  FirstRunnable strategy;
  scheduler.Run(strategy, {}, &trace);

  EXPECT_THAT(trace.lines,
              ElementsAre("one start start", "one lock inode->i_lock", "one unlock inode->i_lock"));
}

}  // namespace
}  // namespace mm_model
