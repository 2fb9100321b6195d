// The option lock_stat: what is counted of programs that are timed, and that nothing
// is of others.

#include <numeric>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/hooks/program_run.h"

namespace lockdep::hooks {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint64_t kMillisecond = 1'000'000;

record::Recording Timed(const std::string& scenario, size_t process = 0) {
  const HookedRun run = RunHooked({"timing", scenario}, "lock_stat=1");
  EXPECT_EQ(run.output, "ok\n");
  EXPECT_GT(run.recordings.size(), process);
  return run.recordings.size() > process ? run.recordings[process] : record::Recording();
}

using record::LockStatEntry;

uint64_t Holds(const record::Recording& recording, LockTimes LockStatEntry::*times) {
  return std::accumulate(
      recording.lock_stats.begin(), recording.lock_stats.end(), uint64_t{0},
      [&](uint64_t sum, const LockStatEntry& entry) { return sum + (entry.*times).count; });
}

TEST(TimingTest, AWaitIsCountedWithItsPlace) {
  const record::Recording recording = Timed("wait_for_mutex");

  ASSERT_THAT(recording.lock_stats, SizeIs(1));
  const LockStatEntry& entry = recording.lock_stats[0];
  EXPECT_EQ(entry.write_wait.count, 1u);
  EXPECT_GT(entry.write_wait.total, 10 * kMillisecond);
  EXPECT_EQ(entry.write_hold.count, 2u);
  EXPECT_GT(entry.write_hold.max, 10 * kMillisecond);
  EXPECT_LT(entry.write_hold.min, entry.write_hold.max) << "a hold begins when the wait ends";
  EXPECT_EQ(entry.read_hold.count, 0u);
  ASSERT_THAT(entry.contended_at, SizeIs(1));
  EXPECT_EQ(entry.contended_at[0].count, 1u);
  EXPECT_NE(entry.contended_at[0].pc.module, record::Address::kNoModule);
}

TEST(TimingTest, KnownStepsAreTimedToo) {
  const record::Recording recording = Timed("hold_often");

  ASSERT_THAT(recording.lock_stats, SizeIs(2));
  EXPECT_EQ(recording.lock_stats[0].write_hold.count, 3u);
  EXPECT_EQ(recording.lock_stats[1].write_hold.count, 1u);
  EXPECT_EQ(recording.lock_stats[1].read_hold.count, 1u);
  EXPECT_EQ(Holds(recording, &LockStatEntry::write_wait), 0u);
}

TEST(TimingTest, AChildOfForkBeginsAnew) {
  EXPECT_EQ(Holds(Timed("fork_while_timed", 0), &LockStatEntry::write_hold), 4u);
  EXPECT_EQ(Holds(Timed("fork_while_timed", 1), &LockStatEntry::write_hold), 1u);
}

TEST(TimingTest, NothingIsTimedUnlessAskedFor) {
  const HookedRun run = RunHooked({"timing", "hold_often"});

  ASSERT_THAT(run.recordings, SizeIs(1));
  EXPECT_THAT(run.recordings[0].lock_stats, IsEmpty());
}

}  // namespace
}  // namespace lockdep::hooks
