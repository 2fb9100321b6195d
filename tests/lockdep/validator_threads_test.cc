// The validator under real threads; meaningful under ThreadSanitizer.

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/event_program.h"

namespace lockdep::testing {
namespace {

constexpr int kThreads = 16;
constexpr int kLocks = 40;

struct Locks {
  Locks() {
    for (int i = 0; i < kLocks; ++i) {
      maps[i].key = {static_cast<uint64_t>(i) + 1};
      maps[i].name = "lock";
    }
  }
  LockMap maps[kLocks];
};

// Takes windows of locks in ascending order.
void Work(Validator& validator, Locks& locks, int seed, int rounds) {
  ThreadContext* thread = validator.CreateThread("worker");
  for (int round = 0; round < rounds; ++round) {
    const int first = (seed * 7 + round) % (kLocks - 4);
    for (int i = first; i < first + 4; ++i) {
      validator.Acquire(*thread, {.lock = &locks.maps[i], .site = {}});
    }
    for (int i = first + 4; i-- > first;) validator.Release(*thread, locks.maps[i], CallSite{});
  }
  validator.DestroyThread(thread);
}

TEST(ValidatorThreadsTest, ManyThreadsInOneOrderAreSilent) {
  Listener listener;
  Validator validator({.observer = &listener});
  Locks locks;

  Work(validator, locks, 0, 10);  // The scaffold, without threads.
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] { Work(validator, locks, i, 2000); });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(listener.heard, ::testing::IsEmpty());
  EXPECT_EQ(validator.Stats().acquisitions, (kThreads * 2000 + 10) * 4u);
  validator.CheckInvariants();
}

TEST(ValidatorThreadsTest, OneInversionAmongManyThreadsIsToldOnce) {
  Listener listener;
  Validator validator({.observer = &listener});
  Locks locks;

  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      Work(validator, locks, i, 200);
      ThreadContext* thread = validator.CreateThread("inverter");
      validator.Acquire(*thread, {.lock = &locks.maps[1], .site = {}});
      validator.Acquire(*thread, {.lock = &locks.maps[0], .site = {}});
      validator.Release(*thread, locks.maps[0], CallSite{});
      validator.Release(*thread, locks.maps[1], CallSite{});
      validator.DestroyThread(thread);
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(Kinds(listener.heard), ::testing::ElementsAre("lock-order-inversion"));
}

TEST(ValidatorThreadsTest, ReusedContextsAreNewThreads) {
  Listener listener;
  Validator validator({.observer = &listener});
  ThreadContext* first = validator.CreateThread("first");
  LockMap lock({1}, "lock", LockKind::kMutex);
  validator.Acquire(*first, {.lock = &lock, .site = {}});

  validator.DestroyThread(first);
  ThreadContext* second = validator.CreateThread("second");

  EXPECT_EQ(second, first);
  EXPECT_EQ(second->id, ThreadId{2});
  EXPECT_EQ(second->held.depth(), 0u);
  EXPECT_EQ(validator.Stats().acquisitions, 1u);
}

}  // namespace
}  // namespace lockdep::testing
