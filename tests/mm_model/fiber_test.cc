#include "mm_model/fiber.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lockdep/native_stack.h"

namespace mm_model {
namespace {

struct Script {
  Fiber* fiber = nullptr;
  std::string log;
};

void SayTwice(void* argument) {
  auto* const script = static_cast<Script*>(argument);
  script->log += "a";
  script->fiber->Suspend();
  script->log += "b";
}

TEST(FiberTest, RunsUntilItSuspendsItselfAndGoesOnThere) {
  Script script;
  Fiber fiber(&SayTwice, &script);
  script.fiber = &fiber;
  EXPECT_EQ(script.log, "");

  fiber.Resume();
  EXPECT_EQ(script.log, "a");
  EXPECT_FALSE(fiber.ended());

  fiber.Resume();
  EXPECT_EQ(script.log, "ab");
  EXPECT_TRUE(fiber.ended());
}

TEST(FiberTest, ManyFibersKeepTheirOwnStacks) {
  constexpr int kFibers = 20;
  struct Counter {
    std::unique_ptr<Fiber> fiber;
    int sum = 0;
  };
  Counter counters[kFibers];
  const auto count = [](void* argument) {
    auto* const counter = static_cast<Counter*>(argument);
    volatile int local[64] = {};
    for (int i = 0; i < 64; ++i) {
      local[i] = i;
      counter->fiber->Suspend();
      counter->sum += local[i];
    }
  };
  for (Counter& counter : counters) counter.fiber = std::make_unique<Fiber>(count, &counter);
  for (int round = 0; round <= 64; ++round) {
    for (Counter& counter : counters) counter.fiber->Resume();
  }
  for (const Counter& counter : counters) {
    EXPECT_TRUE(counter.fiber->ended());
    EXPECT_EQ(counter.sum, 63 * 64 / 2);
  }
}

TEST(FiberTest, AnAbandonedFiberLeavesItsStackFitForTheNext) {
  for (int i = 0; i < 10; ++i) {
    Script script;
    Fiber fiber(&SayTwice, &script);
    script.fiber = &fiber;
    fiber.Resume();
    EXPECT_FALSE(fiber.ended());
  }
}

TEST(FiberTest, AStackCapturedOnAFiberEndsAtItsEntry) {
  struct Capture {
    lockdep::StackFrame frames[64] = {};
    size_t count = 0;
  };
  Capture capture;
  Fiber fiber(
      [](void* argument) {
        auto* const wanted = static_cast<Capture*>(argument);
        lockdep::NativeStack stack;
        wanted->count = stack.Capture(wanted->frames);
      },
      &capture);

  fiber.Resume();

  EXPECT_GE(capture.count, 1u);
  EXPECT_LE(capture.count, 8u);
}

}  // namespace
}  // namespace mm_model
