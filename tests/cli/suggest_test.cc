#include "lockdep/cli/suggest.h"

#include <gtest/gtest.h>

namespace lockdep::cli {
namespace {

TEST(SuggestTest, EqualWordsAreAtDistanceZero) {
  EXPECT_EQ(EditDistance("report", "report"), 0u);
  EXPECT_EQ(EditDistance("", ""), 0u);
}

TEST(SuggestTest, EachSlipCountsOnce) {
  EXPECT_EQ(EditDistance("gate", "gte"), 1u) << "left out";
  EXPECT_EQ(EditDistance("gate", "gaate"), 1u) << "doubled";
  EXPECT_EQ(EditDistance("gate", "gake"), 1u) << "replaced";
  EXPECT_EQ(EditDistance("gate", "gtae"), 1u) << "swapped";
  EXPECT_EQ(EditDistance("", "run"), 3u);
}

TEST(SuggestTest, TheNearestCandidateIsSuggested) {
  EXPECT_EQ(Nearest("reprot", {"run", "report", "gate"}), "report");
  EXPECT_EQ(Nearest("rnu", {"report", "run"}), "run");
}

TEST(SuggestTest, AWordThatIsNearToNothingGetsNoSuggestion) {
  EXPECT_EQ(Nearest("frobnicate", {"run", "report", "gate"}), "");
  EXPECT_EQ(Nearest("mm", {"run", "report"}), "");
}

}  // namespace
}  // namespace lockdep::cli
