// Waits that others end: who waits while it holds a lock, and who ends the wait
// while it holds one.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/event_program.h"

namespace lockdep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WaitsTest : public ::testing::Test {
 protected:
  WaitsTest() { machine_.Lock("S").kind = LockKind::kSemaphore; }

  void Wait(size_t thread, const char* name = "S") {
    machine_.validator().Sync(machine_.Thread(thread), {.lock = &machine_.Lock(name)});
    machine_.validator().CheckInvariants();
  }
  void Wake(size_t thread, const char* name = "S") {
    machine_.validator().Wake(machine_.Thread(thread), {.lock = &machine_.Lock(name)});
    machine_.validator().CheckInvariants();
  }
  std::vector<std::string> Heard() { return Kinds(machine_.heard()); }

  Machine machine_;
};

TEST_F(WaitsTest, AWaitUnderWhatItsEndNeedsIsFound) {
  machine_.Run("L(A)");
  Wait(0);
  machine_.Run("U(A) | L(A)");

  Wake(1);

  EXPECT_THAT(Heard(), ElementsAre("wait-while-holding"));
  EXPECT_THAT(machine_.heard()[0].cycle, ElementsAre("A -> S", "S -> A"));
}

TEST_F(WaitsTest, TheEndMayComeFirst) {
  machine_.Run("L(A)");
  Wake(0);
  machine_.Run("U(A) | L(A)");

  Wait(1);

  EXPECT_THAT(Heard(), ElementsAre("wait-while-holding"));
}

TEST_F(WaitsTest, OtherLocksDoNotMatter) {
  machine_.Run("L(A)");
  Wait(0);
  machine_.Run("U(A) | L(B)");

  Wake(1);

  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(WaitsTest, AChainOfLocksLeadsThere) {
  machine_.Run("L(A) L(B) U(B) U(A) | L(B)");
  Wait(1);
  machine_.Run("|1 U(B) |2 L(A)");

  Wake(2);

  EXPECT_THAT(Heard(), ElementsAre("wait-while-holding"));
  EXPECT_THAT(machine_.heard()[0].cycle, ElementsAre("A -> B", "B -> S", "S -> A"));
}

TEST_F(WaitsTest, AChainOfLocksClosesIt) {
  machine_.Run("L(A) L(B) U(B) U(A) | L(A)");
  Wait(1);
  machine_.Run("|1 U(A) |2 L(B)");
  Wake(2);
  machine_.Run("|2 L(A)");

  EXPECT_THAT(Heard(), ElementsAre("lock-order-inversion"))
      << "B -> A closes a cycle of locks; S adds none of its own";
}

TEST_F(WaitsTest, WhatWasOnlyTriedStandsInNobodysWay) {
  machine_.Run("L(A)");
  Wait(0);
  machine_.Run("U(A) | T(A)");

  Wake(1);

  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(WaitsTest, EveryHeldLockCounts) {
  machine_.Run("L(A)");
  Wait(0);
  machine_.Run("U(A) | L(A) L(B) L(C)");

  Wake(1);

  EXPECT_THAT(Heard(), ElementsAre("wait-while-holding"));
}

TEST_F(WaitsTest, WakingHoldsNothing) {
  machine_.Run("L(A)");
  Wake(0);

  EXPECT_EQ(machine_.Thread(0).held.depth(), 1u);
  machine_.Run("U(A)");
  EXPECT_THAT(Heard(), IsEmpty());
}

}  // namespace
}  // namespace lockdep::testing
