#include "mm_model/verify/mutants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mm_model/recorded_session.h"
#include "mm_model/verify/pairs.h"

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

TEST(MutantsTest, ALockThatIsLeftOutIsNamedInWhatIsFound) {
  EXPECT_EQ(JudgeNamed("mprotect", "drop mm->mmap_lock@mprotect").fate, MutantFate::kCaught);
  EXPECT_EQ(JudgeNamed("mprotect", "drop pte_lock@mprotect").fate, MutantFate::kCaught);
  EXPECT_EQ(JudgeNamed("truncate", "drop mapping->i_mmap_rwsem@truncate").fate,
            MutantFate::kCaught);
  EXPECT_EQ(JudgeNamed("swap", "drop ci->lock@reclaim").fate, MutantFate::kCaught);
}

TEST(MutantsTest, ALockThatNobodyTakesIsNotMissed) {
  EXPECT_EQ(JudgeNamed("mprotect", "drop inode->i_rwsem@mprotect").fate, MutantFate::kUnnoticed);
}

TEST(PairsTest, EveryOperationGoesWithEveryOtherAndWithItself) {
  const Scenario* const three[] = {FindScenario("mmap"), FindScenario("munmap"),
                                   FindScenario("fault-races-fork")};
  const auto pairs = PairsOf({std::begin(three), std::end(three)});
  EXPECT_EQ(pairs.size(), 3u);  // The third is two tasks already.
}

TEST(PairsTest, APairIsExploredUpToTheLimit) {
  const OperationPair pair{FindScenario("mbind"), FindScenario("mbind")};
  const Exploration exploration = ExplorePair(pair, Orders(), 5000);
  EXPECT_EQ(exploration.ending, Ending::kExhausted);
  EXPECT_TRUE(exploration.discoveries.empty());
  EXPECT_EQ(ExplorePair(pair, Orders(), 1).ending, Ending::kLimit);
}

}  // namespace
}  // namespace mm_model
