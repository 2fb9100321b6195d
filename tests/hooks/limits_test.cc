// Where other tools end: locks held at once, long cycles, memory of what is long
// past, and how much is said of much.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "tests/hooks/program_run.h"

namespace lockdep::hooks {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

record::Recording Recorded(const std::string& scenario, const std::string& options = "") {
  const HookedRun run = RunHooked({"limits", scenario}, options);
  EXPECT_EQ(run.output, "ok\n");
  EXPECT_THAT(run.recordings, SizeIs(1));
  return run.recordings.empty() ? record::Recording() : run.recordings[0];
}

TEST(LimitsTest, AHundredThousandLocksAreHeldAtOnce) {
  const record::Recording recording = Recorded("hold_many", "class_by=instance");

  EXPECT_THAT(recording.violations, IsEmpty());
  EXPECT_THAT(recording.classes, SizeIs(100'000));
  EXPECT_THAT(recording.dependencies, SizeIs(99'999)) << "each was new";
}

TEST(LimitsTest, ACycleOfAThousandLocksIsOneFinding) {
  for (const char* scenario : {"long_cycle", "long_cycle_in_a_class"}) {
    const record::Recording recording = Recorded(scenario);

    ASSERT_THAT(KindsOf(recording), ElementsAre("lock-order-inversion")) << scenario;
    EXPECT_THAT(recording.violations[0].edges, SizeIs(1000)) << scenario;
  }
}

TEST(LimitsTest, TheHalvesOfAnInversionMayLieAMillionLocksApart) {
  EXPECT_THAT(KindsOf(Recorded("halves_far_apart")), ElementsAre("lock-order-inversion"));
}

// Instructions, which are the same in each run, of the last ones against the first ones.
TEST(LimitsTest, AHundredThousandFreshDependenciesComeAtFlatCost) {
  const HookedRun run = RunHooked({"fresh_dependencies"});
  ASSERT_FALSE(run.recordings.empty());
  EXPECT_THAT(run.recordings[0].dependencies, SizeIs(100'128));
  EXPECT_THAT(run.recordings[0].violations, IsEmpty());
  if (run.output == "unknown\n") GTEST_SKIP() << "this system does not allow tracing";
  long first = 0;
  long last = 0;
  std::istringstream(run.output) >> first >> last;
  EXPECT_GT(first, 0);
  EXPECT_LT(last, first + first / 10);
}

TEST(LimitsTest, TheSameInversionAThousandTimesIsOneFinding) {
  EXPECT_THAT(KindsOf(Recorded("same_inversion")), ElementsAre("lock-order-inversion"));
}

TEST(LimitsTest, StandardErrorIsNotFlooded) {
  for (const char* scenario : {"long_cycle", "same_inversion", "many_inversions"}) {
    const TemporaryDirectory directory;
    const ProgramRun run =
        RunProgram({"limits", scenario},
                   {PreloadVariable(), "LOCKDEP_OPTIONS=", "TMPDIR=" + directory.path()});
    EXPECT_EQ(run.output, "ok\n");
    EXPECT_NE(run.errors.find("Possible deadlock"), std::string::npos) << run.errors;
    EXPECT_LT(run.errors.size(), 100'000u) << scenario;
  }
}

}  // namespace
}  // namespace lockdep::hooks
