#include "lockdep/lock_stat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <thread>
#include <vector>

namespace lockdep {
namespace {

constexpr ClassId kAccounts{1};
constexpr ClassId kJournal{2};

MATCHER_P4(TimesAre, count, min, max, total, "") {
  *result_listener << "count " << arg.count << ", min " << arg.min << ", max " << arg.max
                   << ", total " << arg.total;
  return arg.count == uint64_t(count) && arg.min == uint64_t(min) && arg.max == uint64_t(max) &&
         arg.total == uint64_t(total);
}

class LockStatTest : public testing::Test {
 protected:
  void Hold(const void* lock, ClassId lock_class, ReadMode mode, uint64_t from, uint64_t to) {
    stat_.Acquired(*thread_, lock, lock_class, mode, from);
    stat_.Released(*thread_, lock, to);
  }

  LockStat stat_;
  LockStat::ThreadTimes* thread_ = stat_.CreateThread();
  int accounts_ = 0;
  int journal_ = 0;
};

TEST_F(LockStatTest, AClassThatNobodyTookHasNoTimes) {
  EXPECT_THAT(stat_.Sum(kAccounts).write_hold, TimesAre(0, 0, 0, 0));
}

TEST_F(LockStatTest, HoldTimesAreSummedByClassAndMode) {
  Hold(&accounts_, kAccounts, ReadMode::kWrite, 100, 130);
  Hold(&accounts_, kAccounts, ReadMode::kWrite, 200, 210);
  Hold(&accounts_, kAccounts, ReadMode::kRead, 300, 305);
  Hold(&journal_, kJournal, ReadMode::kRecursiveRead, 400, 402);

  EXPECT_THAT(stat_.Sum(kAccounts).write_hold, TimesAre(2, 10, 30, 40));
  EXPECT_THAT(stat_.Sum(kAccounts).read_hold, TimesAre(1, 5, 5, 5));
  EXPECT_THAT(stat_.Sum(kJournal).read_hold, TimesAre(1, 2, 2, 2));
}

// A host that learns of the wait only after it has said Acquired.
TEST_F(LockStatTest, AWaitThatIsToldLaterMovesTheStartOfTheHold) {
  stat_.Acquired(*thread_, &journal_, kJournal, ReadMode::kRead, 50);
  stat_.Acquired(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 100);
  stat_.Waits(*thread_, &accounts_, 0x77, 110);
  stat_.Got(*thread_, &accounts_, 150);
  stat_.Released(*thread_, &accounts_, 160);
  stat_.Released(*thread_, &journal_, 170);

  const ClassTimes times = stat_.Sum(kAccounts);
  EXPECT_THAT(times.write_wait, TimesAre(1, 40, 40, 40));
  EXPECT_THAT(times.write_hold, TimesAre(1, 10, 10, 10));
  EXPECT_EQ(times.contended_at[0].pc, 0x77u);
  EXPECT_THAT(stat_.Sum(kJournal).read_hold, TimesAre(1, 120, 120, 120));
  EXPECT_THAT(stat_.Sum(kJournal).read_wait, TimesAre(0, 0, 0, 0));
}

TEST_F(LockStatTest, WaitsForALockThatWasNotAnnouncedAreIgnored) {
  stat_.Waits(*thread_, &accounts_, 0x77, 110);
  stat_.Got(*thread_, &accounts_, 150);
  EXPECT_THAT(stat_.Sum(kAccounts).write_wait, TimesAre(0, 0, 0, 0));
  EXPECT_EQ(stat_.Sum(kAccounts).contended_at[0].count, 0u);
}

TEST_F(LockStatTest, OnlyContendedAcquisitionsWait) {
  Hold(&accounts_, kAccounts, ReadMode::kWrite, 100, 110);
  stat_.Contended(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 0x77, 200);
  stat_.Acquired(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 250);
  stat_.Released(*thread_, &accounts_, 260);

  const ClassTimes times = stat_.Sum(kAccounts);
  EXPECT_THAT(times.write_wait, TimesAre(1, 50, 50, 50));
  EXPECT_THAT(times.write_hold, TimesAre(2, 10, 10, 20));
  EXPECT_EQ(times.contended_at[0].pc, 0x77u);
  EXPECT_EQ(times.contended_at[0].count, 1u);
}

TEST_F(LockStatTest, KeepsTheFirstPlacesOfContention) {
  for (uintptr_t pc = 1; pc <= 6; ++pc) {
    for (uintptr_t times = 0; times < pc; ++times) {
      stat_.Contended(*thread_, &accounts_, kAccounts, ReadMode::kWrite, pc, 10);
      stat_.Acquired(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 20);
      stat_.Released(*thread_, &accounts_, 30);
    }
  }
  const ClassTimes times = stat_.Sum(kAccounts);
  EXPECT_EQ(times.write_wait.count, 21u);
  for (uintptr_t i = 0; i < ClassTimes::kPoints; ++i) {
    EXPECT_EQ(times.contended_at[i].pc, i + 1);
    EXPECT_EQ(times.contended_at[i].count, i + 1);
  }
}

TEST_F(LockStatTest, LocksMayBeReleasedInAnyOrder) {
  stat_.Acquired(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 100);
  stat_.Acquired(*thread_, &journal_, kJournal, ReadMode::kWrite, 110);
  stat_.Released(*thread_, &accounts_, 150);
  stat_.Released(*thread_, &journal_, 160);

  EXPECT_THAT(stat_.Sum(kAccounts).write_hold, TimesAre(1, 50, 50, 50));
  EXPECT_THAT(stat_.Sum(kJournal).write_hold, TimesAre(1, 50, 50, 50));
}

TEST_F(LockStatTest, ALockTakenTwiceIsHeldTwice) {
  stat_.Acquired(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 100);
  stat_.Acquired(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 110);
  stat_.Released(*thread_, &accounts_, 120);
  stat_.Released(*thread_, &accounts_, 130);

  EXPECT_THAT(stat_.Sum(kAccounts).write_hold, TimesAre(2, 10, 30, 40));
}

TEST_F(LockStatTest, AReleaseWithoutAcquisitionIsIgnored) {
  stat_.Released(*thread_, &accounts_, 120);
  EXPECT_THAT(stat_.Sum(kAccounts).write_hold, TimesAre(0, 0, 0, 0));
}

TEST_F(LockStatTest, ALockThatWasNotGotHasNoTimes) {
  stat_.Acquired(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 10);
  stat_.Acquired(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 20);
  stat_.Cancelled(*thread_, &accounts_);
  stat_.Released(*thread_, &accounts_, 40);

  EXPECT_EQ(stat_.Sum(kAccounts).write_hold, (LockTimes{1, 30, 30, 30}));
}

TEST_F(LockStatTest, WhatIsForgottenIsNotReleased) {
  stat_.Acquired(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 10);
  EXPECT_TRUE(stat_.HasOpen(*thread_));
  stat_.ForgetOpen(*thread_);
  EXPECT_FALSE(stat_.HasOpen(*thread_));
  stat_.Released(*thread_, &accounts_, 40);

  EXPECT_FALSE(stat_.Sum(kAccounts).any());
}

TEST_F(LockStatTest, OnlyWhatIsStillHeldIsKept) {
  HeldLock storage[1] = {};
  HeldLocks held;
  held.Replace(storage, 1);
  held.Next().lock = reinterpret_cast<const LockMap*>(&accounts_);
  held.Push();
  const int dropped = 0;
  stat_.Acquired(*thread_, &dropped, kJournal, ReadMode::kWrite, 10);
  stat_.Acquired(*thread_, &accounts_, kAccounts, ReadMode::kWrite, 20);

  stat_.ForgetOpenBut(*thread_, held);
  stat_.Released(*thread_, &dropped, 40);
  stat_.Released(*thread_, &accounts_, 40);

  EXPECT_FALSE(stat_.Sum(kJournal).any());
  EXPECT_EQ(stat_.Sum(kAccounts).write_hold, (LockTimes{1, 20, 20, 20}));
}

TEST_F(LockStatTest, DepthAndClassesHaveNoLimit) {
  std::vector<int> locks(1000);
  for (uint32_t i = 0; i < locks.size(); ++i) {
    stat_.Acquired(*thread_, &locks[i], ClassId{i + 1}, ReadMode::kWrite, i);
  }
  for (uint32_t i = 0; i < locks.size(); ++i) stat_.Released(*thread_, &locks[i], 2000);
  for (uint32_t i = 0; i < locks.size(); ++i) {
    ASSERT_THAT(stat_.Sum(ClassId{i + 1}).write_hold, TimesAre(1, 2000 - i, 2000 - i, 2000 - i));
  }
}

TEST_F(LockStatTest, WhatAThreadCountedOutlivesIt) {
  Hold(&accounts_, kAccounts, ReadMode::kWrite, 100, 130);
  stat_.DestroyThread(thread_);
  thread_ = stat_.CreateThread();
  Hold(&accounts_, kAccounts, ReadMode::kWrite, 200, 240);

  EXPECT_THAT(stat_.Sum(kAccounts).write_hold, TimesAre(2, 30, 40, 70));
}

TEST_F(LockStatTest, ThreadsAreSummedWhileTheyRun) {
  constexpr uint64_t kRounds = 2000;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      LockStat::ThreadTimes* mine = stat_.CreateThread();
      int lock = 0;
      for (uint64_t i = 0; i < kRounds; ++i) {
        const ClassId lock_class{static_cast<uint32_t>(i % 50 + 1)};
        stat_.Acquired(*mine, &lock, lock_class, ReadMode::kWrite, i + 1);
        stat_.Released(*mine, &lock, i + 2);
      }
    });
  }
  for (int i = 0; i < 100; ++i) EXPECT_LE(stat_.Sum(ClassId{7}).write_hold.max, 1u);
  for (std::thread& thread : threads) thread.join();

  uint64_t total = 0;
  for (uint32_t i = 1; i <= 50; ++i) total += stat_.Sum(ClassId{i}).write_hold.count;
  EXPECT_EQ(total, 4 * kRounds);
}

TEST(LockStatMemoryTest, WhatFindsNoMemoryIsCountedAsLost) {
  LockStat stat;
  LockStat::ThreadTimes* thread = stat.CreateThread();
  std::vector<int> locks(100'000);
  stat.Acquired(*thread, &locks[0], ClassId{1}, ReadMode::kWrite, 1);
  stat.Released(*thread, &locks[0], 2);
  stat.FailMemoryAfter(1);
  for (uint32_t i = 0; i < locks.size(); ++i) {
    stat.Acquired(*thread, &locks[i], ClassId{1}, ReadMode::kWrite, 1);
  }
  for (const int& lock : locks) stat.Released(*thread, &lock, 2);

  EXPECT_GT(stat.lost(), 0u);
  EXPECT_GT(stat.Sum(ClassId{1}).write_hold.count, 0u);
}

}  // namespace
}  // namespace lockdep
