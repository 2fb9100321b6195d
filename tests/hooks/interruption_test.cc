// Signal handlers that take locks, at every instruction of the hot path.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/hooks/program_run.h"

namespace lockdep::hooks {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

using Parameters = std::tuple<const char*, const char*, const char*, const char*>;

class InterruptionTest : public testing::TestWithParam<Parameters> {};

// How many locks were taken upon `from` that nobody took before.
ptrdiff_t CountFresh(const record::Recording& recording, ClassId from) {
  return std::count_if(recording.dependencies.begin(), recording.dependencies.end(),
                       [&](const record::DependencyEntry& dependency) {
                         const record::ClassEntry* to = recording.FindClass(dependency.to);
                         return dependency.from == from && to->kind == LockKind::kRecursiveMutex;
                       });
}

TEST_P(InterruptionTest, LeavesWhatIsHeldRight) {
  const auto& [frames, interrupted, handler, more] = GetParam();
  const HookedRun run =
      RunHooked({std::string("interrupted_") + frames, interrupted, handler, more});

  if (run.output == "unknown\n") GTEST_SKIP() << "this system does not allow tracing";
  const int runs = std::atoi(run.output.c_str());
  ASSERT_GT(runs, 30) << run.output << run.errors;
  EXPECT_LT(runs, std::string_view(frames) == "keeps_frames" ? 250 : 120) << "not the hot path";
  ASSERT_THAT(run.recordings, SizeIs(2));
  const record::Recording& child = run.recordings[1];
  EXPECT_THAT(KindsOf(child), IsEmpty());
  // Each was taken upon the same lock, the one that was taken last.
  ptrdiff_t upon_one = 0;
  for (const record::ClassEntry& from : child.classes) {
    upon_one = std::max(upon_one, CountFresh(child, from.id));
  }
  EXPECT_EQ(upon_one, runs);
}

std::string NameOf(const testing::TestParamInfo<Parameters>& info) {
  const auto& [frames, interrupted, handler, more] = info.param;
  return std::string(frames) + "_" + interrupted + "_" + handler + "_" + more;
}

INSTANTIATE_TEST_SUITE_P(HotPath, InterruptionTest,
                         testing::Combine(testing::Values("omits_frames", "keeps_frames"),
                                          testing::Values("lock", "first_lock", "unlock"),
                                          testing::Values("seen", "unseen"),
                                          testing::Values("two", "many")),
                         NameOf);

}  // namespace
}  // namespace lockdep::hooks
