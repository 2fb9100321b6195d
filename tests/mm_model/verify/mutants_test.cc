#include "mm_model/verify/mutants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "mm_model/mm_locks.h"
#include "mm_model/recorded_session.h"
#include "mm_model/verify/judge.h"
#include "mm_model/verify/pairs.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using testing::Contains;
using testing::Not;

lockdep::DeclaredOrder Orders() {
  static const auto& orders = *new lockdep::order::OrderSet(*LoadDeclaredOrder());
  return orders.declared_order();
}

std::vector<std::string> NamesOf(const std::vector<MutationSpec>& mutants) {
  std::vector<std::string> names;
  for (const MutationSpec& mutant : mutants) names.push_back(ToString(mutant));
  return names;
}

MutantVerdict JudgeNamed(const char* scenario, const char* mutant) {
  return Judge(ProgramOf(*FindScenario(scenario)), *ParseMutation(mutant), Orders());
}

TEST(MutantsTest, FollowFromTheLocksThatTheTasksTake) {
  const auto names = NamesOf(MutantsOf(ProgramOf(*FindScenario("mprotect"))));
  EXPECT_THAT(names, Contains("drop mm->mmap_lock@mprotect"));
  EXPECT_THAT(names, Contains("weaken mm->mmap_lock@mprotect"));
  EXPECT_THAT(names, Contains("delay pte_lock@mprotect"));
  EXPECT_THAT(names, Not(Contains("weaken pte_lock@mprotect")));
  EXPECT_THAT(names, Not(Contains("drop inode->i_rwsem@mprotect")));
}

TEST(MutantsTest, WhatIsOnlyReadIsNotWeakenedAndWhatIsOnlyTriedIsNotDelayed) {
  const auto maps = NamesOf(MutantsOf(ProgramOf(*FindScenario("proc-smaps"))));
  EXPECT_THAT(maps, Contains("drop mm->mmap_lock@reader"));
  EXPECT_THAT(maps, Not(Contains("weaken mm->mmap_lock@reader")));
  const auto fault = NamesOf(MutantsOf(ProgramOf(*FindScenario("fault-under-vma-lock"))));
  EXPECT_THAT(fault, Contains("wait mm->mmap_lock@fault"));
  EXPECT_THAT(fault, Contains("drop vma->lock (read)@fault"));
  EXPECT_THAT(fault, Not(Contains("delay vma->lock (read)@fault")));
  EXPECT_THAT(NamesOf(MutantsOf(ProgramOf(*FindScenario("mbind")))),
              Contains("delay vma_start_write@mbind"));
}

TEST(MutantsTest, ALockThatIsLeftOutIsNamedInWhatIsFound) {
  EXPECT_EQ(JudgeNamed("mprotect", "drop mm->mmap_lock@mprotect").fate, MutantFate::kCaught);
  EXPECT_EQ(JudgeNamed("mprotect", "drop pte_lock@mprotect").fate, MutantFate::kCaught);
  EXPECT_EQ(JudgeNamed("truncate", "drop mapping->i_mmap_rwsem@truncate").fate,
            MutantFate::kCaught);
  EXPECT_EQ(JudgeNamed("swap", "drop ci->lock@reclaim").fate, MutantFate::kCaught);
}

TEST(MutantsTest, ALockThatComesTooLateContradictsTheOrderThatWasLearned) {
  const MutantVerdict verdict = JudgeNamed("ksm", "delay ksm_thread_mutex@ksmd");
  EXPECT_EQ(verdict.fate, MutantFate::kCaught);
}

TEST(MutantsTest, ATrylockThatIsWaitedForBreaksAStateRule) {
  const MutantVerdict fault = JudgeNamed("fault-under-vma-lock", "wait mm->mmap_lock@fault");
  EXPECT_EQ(fault.fate, MutantFate::kCaught);
  EXPECT_EQ(fault.finding.kind, lockdep::ViolationKind::kInvalidLockState);
  const MutantVerdict reclaim = JudgeNamed("swap", "wait folio_lock@reclaim");
  EXPECT_EQ(reclaim.fate, MutantFate::kCaught);
  EXPECT_EQ(reclaim.finding.subject, "folio_lock");
}

TEST(MutantsTest, WhatIsFoundAboutAnotherLockDoesNotCount) {
  // The scenario breaks a rule itself, which has nothing to do with this lock.
  const MutantVerdict verdict = JudgeNamed("rmap-locks-in-wrong-order", "wait folio_lock@walker");
  EXPECT_NE(verdict.fate, MutantFate::kCaught);
}

TEST(MutantsTest, ALockThatNobodyTakesIsNotMissed) {
  EXPECT_EQ(JudgeNamed("mprotect", "drop inode->i_rwsem@mprotect").fate, MutantFate::kUnnoticed);
}

TEST(PairsTest, EveryOperationGoesWithEveryOtherAndWithItself) {
  const auto operations = OperationsOf({FindScenario("mmap"), FindScenario("munmap")});
  EXPECT_EQ(PairsOf(operations).size(), 3u);
}

TEST(PairsTest, EachTaskOfAScenarioIsAnOperationOnce) {
  const auto operations =
      OperationsOf({FindScenario("mmap"), FindScenario("munmap"), FindScenario("collapse"),
                    FindScenario("mmap-races-munmap"), FindScenario("address-space-life")});
  std::vector<std::string> names;
  for (const Scenario& operation : operations) names.emplace_back(operation.name);
  EXPECT_THAT(names,
              testing::ElementsAre("mmap", "munmap", "collapse.khugepaged", "collapse.fault"));
}

TEST(PairsTest, APairIsExploredUpToTheLimit) {
  const OperationPair pair{FindScenario("mbind"), FindScenario("mbind")};
  const Exploration exploration = ExplorePair(pair, Orders(), 5000).in_depth;
  EXPECT_EQ(exploration.ending, Ending::kExhausted);
  EXPECT_TRUE(exploration.discoveries.empty());
  EXPECT_EQ(ExplorePair(pair, Orders(), 1).in_depth.ending, Ending::kLimit);
}

// Breaks a rule at once, and goes on for long.
void WaitUnderVmaReadThenFault(AddressSpace& space) {
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, AddressSpace::kAnon);
  if (vma != nullptr) {
    mmap_read_lock(space.mm);
    mmap_read_unlock(space.mm);
    vma_end_read(vma);
  }
  AccessUser(space.mm, AddressSpace::kPrivate, Access::kWrite);
}
void WriteLockThenFault(AddressSpace& space) {
  mmap_write_lock(space.mm);
  vma_start_write(vma_lookup(space.mm, AddressSpace::kAnon));
  mmap_write_unlock(space.mm);
  AccessUser(space.mm, AddressSpace::kPrivate, Access::kWrite);
}

bool Deadlocks(const Exploration& exploration) {
  return std::any_of(
      exploration.discoveries.begin(), exploration.discoveries.end(),
      [](const Discovery& each) { return each.finding.kind == lockdep::ViolationKind::kDeadlock; });
}

TEST(PairsTest, WhatDepthFirstLeavesIsSampledFromTheFirstStepOn) {
  constexpr ScenarioTask kReader[] = {{"reader", WaitUnderVmaReadThenFault}};
  constexpr ScenarioTask kWriter[] = {{"writer", WriteLockThenFault}};
  const Scenario reader{"reader", "test", "", kReader};
  const Scenario writer{"writer", "test", "", kWriter};
  const PairExploration exploration = ExplorePair({&reader, &writer}, Orders(), 40);
  ASSERT_EQ(exploration.in_depth.ending, Ending::kLimit);
  EXPECT_FALSE(Deadlocks(exploration.in_depth));
  EXPECT_EQ(exploration.sampled.coverage.executions, 10u);
  EXPECT_TRUE(Deadlocks(exploration.sampled));
}

TEST(PairsTest, WhatIsExploredToTheEndIsNotSampled) {
  const OperationPair pair{FindScenario("mbind"), FindScenario("mbind")};
  EXPECT_EQ(ExplorePair(pair, Orders(), 0).sampled.coverage.executions, 0u);
}

}  // namespace
}  // namespace mm_model
