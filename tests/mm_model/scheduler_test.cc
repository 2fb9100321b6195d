#include "mm_model/scheduler.h"

#include <map>

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

TEST(RandomOrderTest, EachTaskThatCanGoOnIsChosenAsOftenAsAnyOther) {
  constexpr int kChoices = 30'000;
  RandomOrder strategy(7);
  const TaskSet runnable = SetOf(0) | SetOf(2) | SetOf(5);
  std::map<TaskId, int> chosen;
  TaskId last = kNobody;
  for (int i = 0; i < kChoices; ++i) {
    last = strategy.ChooseNext({.runnable = runnable, .last = last});
    ++chosen[last];
  }
  ASSERT_EQ(chosen.size(), 3u);
  // Five standard deviations of a fair choice are 408.
  for (const auto& [task, times] : chosen) {
    EXPECT_TRUE(Contains(runnable, task));
    EXPECT_NEAR(times, kChoices / 3, 408);
  }
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
  EXPECT_THAT(Findings(), testing::Contains("deadlock inode->i_lock"));
}

TEST_F(SchedulerTest, ATaskThatYieldsGoesOnWhenNobodyElseCan) {
  Together({[&] {
              LetOthersGoFirst();
              log_ += "first";
            },
            Letters('b', 3)});
  EXPECT_EQ(log_, "bbbfirst");
}

TEST_F(SchedulerTest, TheStepLimitEndsAnExecutionThatGoesOnForEver) {
  const ExecutionResult result = Together({[] {
                                            while (true) {
                                              SchedulingPoint({StepKind::kAtomic, "ever", nullptr});
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
  EXPECT_THAT(Findings(), ElementsAre("model-corruption the tree is torn"));
}

TEST_F(SchedulerTest, AStepsFootprintIsItsObjectAndWhatElseItTouches) {
  struct Watch final : Strategy {
    void BeginExecution() override {}
    TaskId ChooseNext(const Situation& situation) override { return FirstOf(situation.runnable); }
    void OnStepDone(const DoneStep& step) override {
      footprints.emplace_back(step.footprint.begin(), step.footprint.end());
    }
    std::vector<std::vector<SharedAccess>> footprints;
  };
  int one = 0;
  int other = 0;
  Watch watch;
  Together({[&] {
             SchedulingPoint({StepKind::kRead, "one", &one, AccessMode::kShared});
             AlsoTouches(&other, AccessMode::kExclusive);
           }},
           &watch);
  ASSERT_EQ(watch.footprints.size(), 2u);
  EXPECT_TRUE(watch.footprints[0].empty());  // The start touches nothing.
  ASSERT_EQ(watch.footprints[1].size(), 2u);
  EXPECT_EQ(watch.footprints[1][0].object, &one);
  EXPECT_EQ(watch.footprints[1][0].mode, AccessMode::kShared);
  EXPECT_EQ(watch.footprints[1][1].object, &other);
  EXPECT_EQ(watch.footprints[1][1].mode, AccessMode::kExclusive);
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
