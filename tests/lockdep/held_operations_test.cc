// What a thread does with locks that it holds: pins, downgrades, changes of class.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/event_program.h"

namespace lockdep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HeldOperationsTest : public ::testing::Test {
 protected:
  ThreadContext& thread() { return machine_.Thread(0); }
  Validator& validator() { return machine_.validator(); }
  LockMap& Lock(const char* name) { return machine_.Lock(name); }
  std::vector<std::string> Heard() { return Kinds(machine_.heard()); }

  void Downgrade(const char* name) {
    validator().Downgrade(thread(), Lock(name), ReadMode::kRead, CallSite{});
  }

  Machine machine_;
};

TEST_F(HeldOperationsTest, APinnedLockIsNotReleased) {
  machine_.Run("L(A)");
  validator().Pin(thread(), Lock("A"), CallSite{});

  machine_.Run("U(A)");

  EXPECT_THAT(Heard(), ElementsAre("pin-violated"));
  EXPECT_EQ(machine_.heard()[0].lock, "A");
  EXPECT_EQ(thread().held.depth(), 0u);
}

TEST_F(HeldOperationsTest, APinnedLockBelowOthersIsNotReleased) {
  machine_.Run("L(A) L(B)");
  validator().Pin(thread(), Lock("A"), CallSite{});

  machine_.Run("U(A) U(B)");

  EXPECT_THAT(Heard(), ElementsAre("pin-violated"));
}

TEST_F(HeldOperationsTest, EveryPinIsTakenBack) {
  machine_.Run("L(A)");
  const PinCookie first = validator().Pin(thread(), Lock("A"), CallSite{});
  const PinCookie second = validator().Pin(thread(), Lock("A"), CallSite{});
  validator().Unpin(thread(), Lock("A"), first, CallSite{});
  validator().Repin(thread(), Lock("A"), first, CallSite{});

  validator().Unpin(thread(), Lock("A"), second, CallSite{});
  validator().Unpin(thread(), Lock("A"), first, CallSite{});
  machine_.Run("U(A)");

  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(HeldOperationsTest, OnePinLeftIsOneTooMany) {
  machine_.Run("L(A)");
  validator().Pin(thread(), Lock("A"), CallSite{});
  const PinCookie second = validator().Pin(thread(), Lock("A"), CallSite{});
  validator().Unpin(thread(), Lock("A"), second, CallSite{});

  machine_.Run("U(A)");

  EXPECT_THAT(Heard(), ElementsAre("pin-violated"));
}

TEST_F(HeldOperationsTest, OnlyAHeldLockIsPinned) {
  const PinCookie cookie = validator().Pin(thread(), Lock("A"), CallSite{});

  EXPECT_THAT(Heard(), ElementsAre("pin-violated"));
  EXPECT_EQ(cookie.value, 0u);
}

TEST_F(HeldOperationsTest, OnlyAPinnedLockIsUnpinned) {
  machine_.Run("L(A)");

  validator().Unpin(thread(), Lock("A"), PinCookie{5}, CallSite{});

  EXPECT_THAT(Heard(), ElementsAre("pin-violated"));
}

TEST_F(HeldOperationsTest, AForeignCookieDoesNotUnpin) {
  machine_.Run("L(A)");
  const PinCookie cookie = validator().Pin(thread(), Lock("A"), CallSite{});

  validator().Unpin(thread(), Lock("A"), PinCookie{cookie.value + 1}, CallSite{});

  EXPECT_THAT(Heard(), ElementsAre("pin-violated"));
}

TEST_F(HeldOperationsTest, APinSurvivesWhatIsDoneToTheLocksAround) {
  machine_.Run("L(A) L(B) L(C)");
  validator().Pin(thread(), Lock("B"), CallSite{});
  Downgrade("A");
  machine_.Run("U(A)");
  EXPECT_THAT(Heard(), IsEmpty());

  machine_.Run("U(B)");

  EXPECT_THAT(Heard(), ElementsAre("pin-violated"));
}

TEST_F(HeldOperationsTest, APinEndsWithWhatItPinned) {
  machine_.Run("L(A) L(B)");
  validator().Pin(thread(), Lock("A"), CallSite{});
  validator().Pin(thread(), Lock("B"), CallSite{});
  machine_.Run("U(B)");
  validator().ResetHeld(thread());
  EXPECT_THAT(Heard(), ElementsAre("pin-violated"));

  machine_.Run("L(A) L(B) U(B) U(A)");

  EXPECT_THAT(Heard(), ElementsAre("pin-violated"));
}

// So it does not stand for what lies below it.
TEST_F(HeldOperationsTest, ASerialisedLockStaysSoWhenItIsProvedAnew) {
  machine_.Run("L(A) L(B) L(C) L(B,A) class(B) L(D) U(D) U(B) U(C) U(B) U(A)");
  EXPECT_THAT(Heard(), IsEmpty());
  machine_.Run("L(D) L(C)");

  EXPECT_THAT(Heard(), ElementsAre("lock-order-inversion"));
}

// The class that it has now was never taken with hardirqs on, but is held so.
TEST_F(HeldOperationsTest, AChangedClassIsHeldWhereTheThreadRunsNow) {
  machine_.Run("irqsave{ L(A) } class(A/1) U(A)");
  EXPECT_THAT(Heard(), IsEmpty());
  machine_.Run("irq{ L(A/1) }");

  EXPECT_THAT(Heard(), ElementsAre("inconsistent-context"));
}

TEST_F(HeldOperationsTest, ADowngradedLockOrdersAsAReader) {
  machine_.Run("L(A) L(B)");

  Downgrade("A");
  machine_.Run("L(C)");

  EXPECT_THAT(machine_.listener().dependencies, ElementsAre("A -EN-> B", "B -EN-> C"));
  machine_.Run("U(C) U(B) L(B)");
  EXPECT_THAT(machine_.listener().dependencies, ElementsAre("A -EN-> B", "B -EN-> C", "A -SN-> B"));
  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(HeldOperationsTest, OnlyAWriteLockIsDowngraded) {
  machine_.Run("R(A)");

  Downgrade("A");
  Downgrade("B");

  EXPECT_THAT(Heard(), ElementsAre("invalid-lock-state", "invalid-lock-state"));
  EXPECT_EQ(machine_.heard()[0].lock, "A");
  EXPECT_EQ(machine_.heard()[1].lock, "B");
}

TEST_F(HeldOperationsTest, AnotherSubclassIsProvedAnew) {
  machine_.Run("L(A) L(B) U(B) U(A) | L(C) L(B) U(B) U(C)");
  machine_.Run("L(C)");

  validator().ChangeClass(thread(), Lock("C"), 1, CallSite{});
  machine_.Run("L(B)");

  EXPECT_THAT(machine_.listener().dependencies,
              ElementsAre("A -EN-> B", "C -EN-> B", "C/1 -EN-> B"));
  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(HeldOperationsTest, ANewClassMeetsWhatWasTakenAfterIt) {
  machine_.Run("| L(B) L(A) U(A) U(B)");
  machine_.Run("L(C) L(B)");
  Lock("C").SetClass(Lock("A").key, "A");

  validator().ChangeClass(thread(), Lock("C"), 0, CallSite{});

  ASSERT_THAT(Heard(), ElementsAre("lock-order-inversion"));
  EXPECT_THAT(machine_.heard()[0].cycle, ElementsAre("B -> A", "A -> B"));
}

TEST_F(HeldOperationsTest, ANewClassMeetsWhatWasTakenBeforeIt) {
  machine_.Run("L(A) L(C)");
  Lock("C").SetClass(Lock("A").key, "A");

  validator().ChangeClass(thread(), Lock("C"), 0, CallSite{});

  EXPECT_THAT(Heard(), ElementsAre("recursive-lock"));
}

TEST_F(HeldOperationsTest, OnlyAHeldLockChangesItsClass) {
  validator().ChangeClass(thread(), Lock("C"), 1, CallSite{});

  EXPECT_THAT(Heard(), ElementsAre("invalid-lock-state"));
}

TEST_F(HeldOperationsTest, WaitingWithoutTakingOrdersButDoesNotHold) {
  machine_.Run("L(A) S(B) L(C) U(C) U(A)");

  EXPECT_THAT(machine_.listener().dependencies, ElementsAre("A -EN-> B", "A -EN-> C"));
  EXPECT_EQ(thread().held.depth(), 0u);
}

TEST_F(HeldOperationsTest, WaitingForOneselfIsRecursion) {
  machine_.Run("L(A) S(A)");

  EXPECT_THAT(Heard(), ElementsAre("recursive-lock"));
}

TEST_F(HeldOperationsTest, WaitingAgainstTheOrderIsAnInversion) {
  machine_.Run("L(B) L(A) U(A) U(B) | L(A) S(B) S(B)");

  EXPECT_THAT(Heard(), ElementsAre("lock-order-inversion"));
}

TEST_F(HeldOperationsTest, ThreadsThatAreOffAreNotWatched) {
  Machine machine;
  machine.validator().TurnOff(machine.Thread(0));

  machine.Run("L(A) L(A) U(B)");

  EXPECT_THAT(machine.heard(), IsEmpty());
}

TEST_F(HeldOperationsTest, WhatAThreadHoldsOutlivesThatItIsSwitchedOff) {
  Machine machine;
  ThreadContext& thread = machine.Thread(0);
  machine.Run("L(A) L(B)");
  const ChainKey before = thread.chain_key;

  machine.validator().TurnOff(thread);
  machine.validator().TurnOff(thread);
  machine.Run("L(B) U(B)");
  machine.validator().TurnOn(thread);
  machine.Run("irq{ L(B) U(B) } U(A)");
  machine.validator().TurnOn(thread);
  machine.validator().TurnOn(thread);

  EXPECT_EQ(thread.held.depth(), 2u);
  EXPECT_EQ(thread.chain_key, before);
  machine.Run("U(B) U(A) L(B) L(A)");
  EXPECT_EQ(Kinds(machine.heard()), std::vector<std::string>{"lock-order-inversion"});
}

}  // namespace
}  // namespace lockdep::testing
