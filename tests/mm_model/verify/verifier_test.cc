#include "mm_model/verify/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mm_model/recorded_session.h"

namespace mm_model {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

VerifyResult RunWith(std::span<const ExplainedMutant> explained) {
  const auto orders = LoadDeclaredOrder();
  Verifier verifier(orders->declared_order());
  return verifier.Run({.pair_executions = 1, .museum_executions = 1000, .explained = explained});
}

TEST(VerifierTest, EveryMutantIsCaughtOrExplainedAndNothingElseIsAmiss) {
  const VerifyResult result = RunWith(AllExplainedMutants());
  EXPECT_THAT(result.surprises, IsEmpty());
  EXPECT_EQ(result.totals.mutants_unexplained(), 0u);
  EXPECT_EQ(result.totals.mutants_explained, AllExplainedMutants().size());
  EXPECT_EQ(result.explained.size(), AllExplainedMutants().size());
  EXPECT_EQ(result.pairs.size(), result.totals.pairs);
  for (const CoveredRule& rule : result.rules) {
    EXPECT_NE(rule.asked, 0u) << rule.name;
    EXPECT_NE(rule.mutants, 0u) << rule.name;
  }
  EXPECT_GT(result.rules.size(), result.totals.rules);  // Writing and reading by themselves.
}

TEST(VerifierTest, AReasonThatIsNoLongerTrueIsTold) {
  const ExplainedMutant stale[] = {
      {MutationKind::kDrop, LockClass::kPteLock, "mprotect", "mprotect", "is caught"},
      {MutationKind::kDrop, LockClass::kIRwsem, "mprotect", "mprotect", "does not exist"},
  };
  const VerifyResult result = RunWith(stale);
  EXPECT_THAT(result.surprises,
              Contains(HasSubstr("mprotect: drop pte_lock@mprotect: said to be redundant")));
  EXPECT_THAT(result.surprises, Contains(HasSubstr("no such mutant any more: mprotect: drop "
                                                   "inode->i_rwsem@mprotect")));
}

TEST(VerifierTest, AMutantThatNobodyExplainsIsTold) {
  ASSERT_FALSE(AllExplainedMutants().empty());
  const VerifyResult result = RunWith({});
  EXPECT_EQ(result.totals.mutants_unexplained(), AllExplainedMutants().size());
  EXPECT_EQ(result.surprises.size(), AllExplainedMutants().size());
  EXPECT_THAT(result.surprises, Contains(HasSubstr("not noticed")));
}

}  // namespace
}  // namespace mm_model
