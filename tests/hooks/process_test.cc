// What becomes of recordings when processes fork, execute and end.

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/hooks/program_run.h"

namespace lockdep::hooks {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ProcessTest, ChildOfForkKnowsWhatItsParentLearnt) {
  const HookedRun run = RunHooked({"process", "inversion_across_fork"});

  ASSERT_THAT(run.recordings, SizeIs(2));
  EXPECT_THAT(KindsOf(run.recordings[0]), IsEmpty());
  EXPECT_THAT(KindsOf(run.recordings[1]), ElementsAre("lock-order-inversion"));
  EXPECT_NE(run.recordings[0].pid, run.recordings[1].pid);
}

TEST(ProcessTest, WaitsOnFutexesOfItsOwnAreCountedAndNamed) {
  const HookedRun run = RunHooked({"waits", "own_futexes"});

  ASSERT_THAT(run.recordings, SizeIs(1));
  EXPECT_THAT(run.recordings[0].unobserved, Contains(HasSubstr("3 waits on futexes")));
}

TEST(ProcessTest, WhereNobodyUsesFutexesNoneAreNamed) {
  const HookedRun run = RunHooked({"mutex", "results"});

  ASSERT_THAT(run.recordings, SizeIs(1));
  EXPECT_THAT(run.recordings[0].unobserved, IsEmpty());
}

TEST(ProcessTest, ChildCountsOnlyItsOwnOperations) {
  const HookedRun run = RunHooked({"process", "inversion_across_fork"});

  ASSERT_THAT(run.recordings, SizeIs(2));
  for (const record::Recording& recording : run.recordings) {
    ASSERT_TRUE(recording.totals.has_value());
    EXPECT_EQ(recording.totals->lock_operations, 2u);
    EXPECT_TRUE(recording.end_time_ns.has_value());
  }
}

TEST(ProcessTest, LocksHeldAtForkAreHeldInTheChild) {
  const HookedRun run = RunHooked({"process", "fork_while_holding"});

  ASSERT_THAT(run.recordings, SizeIs(2));
  EXPECT_THAT(KindsOf(run.recordings[0]), IsEmpty());
  EXPECT_THAT(KindsOf(run.recordings[1]), IsEmpty());
}

TEST(ProcessTest, GrandchildOfAChildThatTookNoLockKeepsItsThreadsApart) {
  const HookedRun run = RunHooked({"process", "grandchild_has_threads"});

  EXPECT_EQ(run.output, "ok\n");
  ASSERT_FALSE(run.recordings.empty());
  for (const record::Recording& recording : run.recordings) {
    EXPECT_THAT(KindsOf(recording), IsEmpty());
  }
}

TEST(ProcessTest, ChildMayMakeLocksAnewInsteadOfReleasingThem) {
  const HookedRun run = RunHooked({"process", "fork_handlers"});

  ASSERT_THAT(run.recordings, SizeIs(2));
  EXPECT_THAT(KindsOf(run.recordings[1]), IsEmpty());
}

TEST(ProcessTest, EveryChildBesideABusyThreadEndsAndRecords) {
  const HookedRun run = RunHooked({"process", "fork_beside_busy_thread"});

  EXPECT_EQ(run.output, "ok\n");
  EXPECT_THAT(run.recordings, SizeIs(41));
  for (const record::Recording& recording : run.recordings) {
    EXPECT_THAT(KindsOf(recording), IsEmpty());
    EXPECT_TRUE(recording.end_time_ns.has_value());
  }
}

TEST(ProcessTest, ChildOfVforkLeavesTheParentsRecordingAlone) {
  const HookedRun run = RunHooked({"process", "vfork_and_exit"});

  ASSERT_THAT(run.recordings, SizeIs(1));
  EXPECT_EQ(run.recordings[0].totals->lock_operations, 4u);
}

TEST(ProcessTest, ExecutedProgramHasARecordingBesideTheFirst) {
  const HookedRun run = RunHooked({"process", "exec_itself"});

  ASSERT_THAT(run.recordings, SizeIs(2));
  EXPECT_EQ(run.recordings[0].pid, run.recordings[1].pid);
  EXPECT_THAT(run.recordings[0].command, HasSubstr("exec_itself"));
  EXPECT_THAT(run.recordings[1].command, HasSubstr("locks_once"));
  EXPECT_FALSE(run.recordings[0].end_time_ns.has_value());
  EXPECT_TRUE(run.recordings[1].end_time_ns.has_value());
}

TEST(ProcessTest, KilledProcessLeavesFindingsAndSums) {
  const HookedRun run = RunHooked({"process", "killed_after_inversion"});

  EXPECT_EQ(run.exit_code, 128 + 9);
  ASSERT_THAT(run.recordings, SizeIs(1));
  const record::Recording& recording = run.recordings[0];
  EXPECT_THAT(KindsOf(recording), ElementsAre("lock-order-inversion"));
  ASSERT_TRUE(recording.totals.has_value());
  EXPECT_EQ(recording.totals->lock_operations, 4u);
  EXPECT_FALSE(recording.end_time_ns.has_value());
}

TEST(ProcessTest, ExitStatusIsTheProgramsWhereverItExits) {
  for (const char* scenario : {"exit_in_thread", "main_exits_first"}) {
    const HookedRun run = RunHooked({"process", scenario});

    EXPECT_EQ(run.exit_code, 7) << scenario;
    ASSERT_THAT(run.recordings, SizeIs(1)) << scenario;
    EXPECT_TRUE(run.recordings[0].end_time_ns.has_value()) << scenario;
  }
}

TEST(ProcessTest, EveryThreadIsCountedOnceAndNamed) {
  const HookedRun run = RunHooked({"process", "many_threads"});

  ASSERT_THAT(run.recordings, SizeIs(1));
  EXPECT_THAT(run.recordings[0].threads, SizeIs(2000 + 1));
  EXPECT_EQ(run.recordings[0].threads[0].name, "main");
  EXPECT_EQ(run.recordings[0].totals->lock_operations, 2000u);
}

TEST(ProcessTest, ConstructorOfAnotherLibraryIsSeenAndSoIsItsDestructor) {
  const HookedRun run = RunHooked({"early"});

  ASSERT_THAT(run.recordings, SizeIs(1));
  EXPECT_EQ(run.recordings[0].totals->lock_operations, 5u);
}

TEST(ProcessTest, WhatIsLockedBeforeLibcIsReadyIsSeen) {
  const HookedRun clean = RunHooked({"preinit", "in_order"});
  const HookedRun bad = RunHooked({"preinit", "against_it"});

  ASSERT_THAT(clean.recordings, SizeIs(1));
  EXPECT_EQ(clean.recordings[0].totals->lock_operations, 4u);
  EXPECT_THAT(KindsOf(clean.recordings[0]), IsEmpty());
  ASSERT_THAT(bad.recordings, SizeIs(1));
  EXPECT_THAT(KindsOf(bad.recordings[0]), ElementsAre("lock-order-inversion"));
}

TEST(ProcessTest, BothSidesOfAnInversionHaveTheCodeThatTookTheLocks) {
  const HookedRun run = RunHooked({"standard_library", "inversion"});

  ASSERT_THAT(run.recordings, SizeIs(1));
  const record::Recording& recording = run.recordings[0];
  ASSERT_THAT(recording.violations, SizeIs(1));
  for (const record::EdgeEntry& edge : recording.violations[0].edges) {
    for (const StackId id : {edge.from_stack, edge.to_stack}) {
      const record::StackEntry* stack = recording.FindStack(id);
      ASSERT_NE(stack, nullptr);
      // Without optimisation: __gthread_mutex_lock, mutex::lock, the guard, the function.
      EXPECT_GE(stack->pcs.size(), 4u);
      for (const record::Address& pc : stack->pcs) {
        EXPECT_NE(pc.module, record::Address::kNoModule) << "a frame that is none";
      }
    }
  }
}

}  // namespace
}  // namespace lockdep::hooks
