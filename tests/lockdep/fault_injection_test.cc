// Memory that ends, at every point where more is asked for: validation stops
// with one word, and the host goes on.

#include "gtest/gtest.h"
#include "tests/support/event_program.h"

namespace lockdep::testing {
namespace {

// Runs a program that makes many classes, chains and held locks.
void Exercise(Validator& validator) {
  constexpr int kLocks = 1200;
  static LockMap locks[kLocks];
  ThreadContext* thread = validator.CreateThread("worker");
  if (thread == nullptr) return;
  for (int i = 0; i < kLocks; ++i) {
    locks[i].key = {static_cast<uint64_t>(i) + 1};
    locks[i].name = "lock";
    for (auto& cached : locks[i].class_cache) cached.store(ClassId::kNone);
    validator.Acquire(*thread, {.lock = &locks[i], .site = {.pcs = {static_cast<uintptr_t>(i)}}});
  }
  for (int i = kLocks; i-- > 0;) validator.Release(*thread, locks[i], CallSite{});
  validator.ForgetKeys(*thread, locks[0].key, kLocks / 2, CallSite{});
  for (int i = 0; i < kLocks; ++i) validator.RegisterKey({uint64_t{100'000} + i});
  for (int i = 0; i < kLocks; ++i) {
    validator.UnregisterKey(*thread, {uint64_t{100'000} + i}, CallSite{});
  }
}

TEST(FaultInjectionTest, EveryFailedGrowthStopsValidationOnce) {
  bool ran_to_the_end = false;
  uint64_t growth = 1;
  for (; !ran_to_the_end && growth < 1000; ++growth) {
    Listener listener;
    Validator validator({.observer = &listener});
    validator.FailMemoryAfter(growth);

    Exercise(validator);

    ran_to_the_end = !validator.stopped();
    EXPECT_EQ(listener.stopped.size(), ran_to_the_end ? 0u : 1u);
    for (const std::string& reason : listener.stopped) EXPECT_EQ(reason, "out of memory");
    EXPECT_TRUE(listener.heard.empty());
    validator.CheckInvariants();
  }
  EXPECT_TRUE(ran_to_the_end);
  EXPECT_GT(growth, 5u);
}

}  // namespace
}  // namespace lockdep::testing
