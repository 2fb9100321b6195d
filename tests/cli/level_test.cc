#include "lockdep/cli/level.h"

#include <gtest/gtest.h>

namespace lockdep::cli {
namespace {

report::Finding AtLevel(const std::string& level) {
  report::Finding finding;
  finding.level = level;
  return finding;
}

TEST(LevelTest, AFindingReachesItsOwnLevelAndMilderOnes) {
  EXPECT_TRUE(Reaches(AtLevel("feasible"), "feasible"));
  EXPECT_TRUE(Reaches(AtLevel("feasible"), "note"));
  EXPECT_TRUE(Reaches(AtLevel("confirmed"), "feasible"));
}

TEST(LevelTest, AFindingDoesNotReachAWorseLevel) {
  EXPECT_FALSE(Reaches(AtLevel("note"), "feasible"));
  EXPECT_FALSE(Reaches(AtLevel("feasible"), "confirmed"));
}

TEST(LevelTest, NothingReachesNever) { EXPECT_FALSE(Reaches(AtLevel("confirmed"), "never")); }

TEST(LevelTest, ASuppressedFindingReachesNothing) {
  report::Finding finding = AtLevel("confirmed");
  finding.suppressed_by = "known.txt:3";

  EXPECT_FALSE(Reaches(finding, "note"));
}

TEST(LevelTest, ALevelOfALaterVersionFailsRatherThanPasses) {
  EXPECT_TRUE(Reaches(AtLevel("catastrophic"), "confirmed"));
}

}  // namespace
}  // namespace lockdep::cli
