#include "mm_model/explore/explorer.h"

#include "mm_model/explore/story.h"
#include "mm_model/mm_locks.h"
#include "mm_model/vma_lock.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using lockdep::ViolationKind;
using testing::HasSubstr;
using testing::IsEmpty;

class ExplorerTest : public testing::Test {
 protected:
  Exploration Explore(const char* scenario, const ExploreOptions& options = {}) {
    program_ = ProgramOf(*FindScenario(scenario));
    return ExploreProgram(options);
  }
  Exploration ExploreProgram(const ExploreOptions& options) {
    FindingLog log;
    const auto validator =
        std::make_unique<lockdep::Validator>(lockdep::Validator::Config{.observer = &log});
    Runner runner(*validator);
    Explorer explorer(runner, log, {});
    explorer.on_progress = on_progress_;
    return explorer.Explore(program_, options);
  }

  const Discovery* Find(const Exploration& exploration, ViolationKind kind) {
    for (const Discovery& discovery : exploration.discoveries) {
      if (discovery.finding.kind == kind) return &discovery;
    }
    return nullptr;
  }

  Program program_;
  std::function<bool(const Coverage&)> on_progress_;
};

TEST_F(ExplorerTest, ExhaustsACleanScenarioWithoutADiscovery) {
  const Exploration exploration = Explore("fault-races-munmap");
  EXPECT_EQ(exploration.ending, Ending::kExhausted);
  EXPECT_THAT(exploration.discoveries, IsEmpty());
  EXPECT_GT(exploration.coverage.executions, 10u);
}

TEST_F(ExplorerTest, FindsADeadlockWithAScheduleThatReplaysIt) {
  const Exploration exploration = Explore("mmap-lock-under-vma-read");
  const Discovery* deadlock = Find(exploration, ViolationKind::kDeadlock);
  ASSERT_NE(deadlock, nullptr);
  ASSERT_TRUE(deadlock->schedule.has_value());
  const ReplayResult replay = ReplayOnce(program_, {}, deadlock->schedule->stretches, {});
  EXPECT_EQ(replay.execution.outcome, Outcome::kDeadlock);
  EXPECT_EQ(replay.check_sum, deadlock->schedule->check_sum);
  // One change of tasks shows it.
  EXPECT_LE(deadlock->schedule->stretches.size(), 2u);
}

TEST_F(ExplorerTest, EveryStrategyFindsIt) {
  for (const auto kind : {StrategyKind::kDfs, StrategyKind::kPct, StrategyKind::kRandom}) {
    const Exploration exploration =
        Explore("mmap-lock-under-vma-read",
                {.strategy = kind, .limits = {.max_executions = 3000}, .stop_at_first = false});
    EXPECT_NE(Find(exploration, ViolationKind::kDeadlock), nullptr) << ToString(kind);
  }
}

TEST_F(ExplorerTest, TheStoryHasAColumnForEachTaskAndEndsWithWhatHappened) {
  const Exploration exploration = Explore("mmap-lock-under-vma-read");
  const Discovery* deadlock = Find(exploration, ViolationKind::kDeadlock);
  const Story story = TellStory(program_, {}, *deadlock->schedule, {});
  const std::string text = RenderStory(story, deadlock->finding);
  EXPECT_THAT(text, HasSubstr("reader                                   | writer"));
  EXPECT_THAT(text, HasSubstr(" | lock mm->mmap_lock"));
  EXPECT_THAT(text, HasSubstr(">>> deadlock: mm->mmap_lock"));
  EXPECT_THAT(text, HasSubstr("task 'writer' waits for vma_start_write and holds mm->mmap_lock"));
}

TEST_F(ExplorerTest, AMutationIsExploredAndReplayed) {
  const auto drop = ParseMutation("drop vma_start_write");
  const ExploreOptions options{.mutation = *drop, .stop_at_first = true};
  const Exploration exploration = Explore("mprotect", options);
  EXPECT_EQ(exploration.ending, Ending::kFound);
  const Discovery* breach = Find(exploration, ViolationKind::kUnprotectedAccess);
  ASSERT_NE(breach, nullptr);
  const ReplayResult replay = ReplayOnce(program_, options, breach->schedule->stretches, {});
  ASSERT_FALSE(replay.findings.empty());
  EXPECT_TRUE(replay.findings.front().IsLike(breach->finding));
}

TEST_F(ExplorerTest, StopsAtTheLimitAndSaysSo) {
  const Exploration exploration = Explore("fault-races-fork", {.limits = {.max_executions = 20}});
  EXPECT_EQ(exploration.ending, Ending::kLimit);
  EXPECT_EQ(exploration.coverage.executions + exploration.coverage.cut, 20u);
  EXPECT_GT(exploration.coverage.open_choices, 0u);
}

TEST_F(ExplorerTest, StopsWhenItIsTold) {
  uint64_t seen = 0;
  on_progress_ = [&](const Coverage& coverage) {
    seen = coverage.executions;
    return false;
  };
  const Exploration exploration = Explore("fault-races-fork");
  EXPECT_EQ(exploration.ending, Ending::kStopped);
  EXPECT_EQ(exploration.coverage.executions, seen);
}

TEST_F(ExplorerTest, ExecutionsThatAreTooLongAreCounted) {
  const Exploration exploration = Explore("fork", {.limits = {.max_steps = 30}});
  EXPECT_EQ(exploration.over_the_step_limit, 1u);
}

TEST_F(ExplorerTest, TheSemaphoreOfOldKernelsIsExploredToo) {
  const ExploreOptions options{.generation = VmaLockGeneration::kSemaphore};
  EXPECT_THAT(Explore("fault-races-munmap", options).discoveries, IsEmpty());
  EXPECT_NE(Find(Explore("mmap-lock-under-vma-read", options), ViolationKind::kDeadlock), nullptr);
}

TEST_F(ExplorerTest, MemoryDoesNotGrowWithTheNumberOfExecutions) {
  FindingLog log;
  const auto validator =
      std::make_unique<lockdep::Validator>(lockdep::Validator::Config{.observer = &log});
  Runner runner(*validator);
  Explorer explorer(runner, log, {});
  program_ = ProgramOf(*FindScenario("fault-races-fork"));
  explorer.Explore(program_, {.limits = {.max_executions = 50}});
  const size_t before = runner.memory();
  explorer.Explore(program_, {.limits = {.max_executions = 2000}});
  EXPECT_EQ(runner.memory(), before);
}

}  // namespace
}  // namespace mm_model
