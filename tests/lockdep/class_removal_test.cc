// Classes whose keys go away.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/event_program.h"

namespace lockdep::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ClassRemovalTest : public ::testing::Test {
 protected:
  ThreadContext& thread() { return machine_.Thread(0); }
  Validator& validator() { return machine_.validator(); }
  std::vector<std::string> Heard() { return Kinds(machine_.heard()); }

  void Forget(const char* name) {
    validator().ForgetKeys(thread(), machine_.Lock(name).key, 1, CallSite{});
    validator().CheckInvariants();
  }

  // So many that a key's classes are looked up, and that not all is learnt anew for one.
  void MakeManyClasses() {
    for (char first = 'a'; first <= 'z'; ++first) {
      for (char second = 'a'; second <= 'z'; ++second) {
        const std::string name = std::string("M") + first + second;
        machine_.Lock(name);
        validator().Acquire(thread(), {.lock = &machine_.Lock(name)});
        validator().Release(thread(), machine_.Lock(name), CallSite{});
      }
    }
  }

  Machine machine_;
};

TEST_F(ClassRemovalTest, ForgottenDependenciesCloseNoCycle) {
  machine_.Run("L(A) L(B) U(B) U(A)");

  Forget("A");
  machine_.Run("L(B) L(A) U(A) U(B)");

  EXPECT_THAT(Heard(), IsEmpty());
  EXPECT_EQ(validator().Stats().dependencies, 1u);
}

TEST_F(ClassRemovalTest, TheOthersKeepTheirs) {
  machine_.Run("L(A) L(B) L(C) U(C) U(B) U(A)");

  Forget("A");
  machine_.Run("L(C) L(B) U(B) U(C)");

  EXPECT_THAT(Heard(), ElementsAre("lock-order-inversion"));
}

TEST_F(ClassRemovalTest, APathOverAForgottenClassIsGone) {
  machine_.Run("L(A) L(B) U(B) U(A) L(B) L(C) U(C) U(B)");

  Forget("B");
  machine_.Run("L(C) L(A) U(A) U(C)");

  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(ClassRemovalTest, NobodyHearsOfTheUsagesOfAForgottenClass) {
  machine_.Run("irq{ L(A) U(A) } L(B) U(B)");

  Forget("A");
  Listener late;
  validator().ReplaceObserver(&late);

  EXPECT_THAT(late.usages, Each(StartsWith("B ")));
  EXPECT_THAT(late.usages, Not(IsEmpty()));
  validator().ReplaceObserver(nullptr);
}

TEST_F(ClassRemovalTest, ChainsAreToldAnewWithWhatTheyContinue) {
  machine_.Run("L(A) L(B)");

  Forget("C");
  Forget("A");
  machine_.Run("L(D)");

  EXPECT_THAT(machine_.listener().chains, ElementsAre("A", "A B", "B", "B D"));
}

TEST_F(ClassRemovalTest, AKnownChainIsProvedAnew) {
  machine_.Run("L(A) L(B) U(B) U(A)");

  Forget("A");
  machine_.Run("L(A) L(B) U(B) U(A) | L(B) L(A)");

  EXPECT_THAT(machine_.listener().classes, ElementsAre("A", "B", "A"));
  EXPECT_THAT(Heard(), ElementsAre("lock-order-inversion"));
}

TEST_F(ClassRemovalTest, AllSubclassesGo) {
  machine_.Run("L(A1) L(A2/1) L(B) U(B) U(A2) U(A1)");

  Forget("A1");
  machine_.Run("L(B) L(A1) L(A2/1)");

  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(ClassRemovalTest, AllSubclassesGoOfOneClassAmongMany) {
  MakeManyClasses();
  machine_.Run("L(A1) L(A2/1) L(B) U(B) U(A2) U(A1)");

  Forget("A1");
  machine_.Run("L(B) L(A1) L(A2/1)");

  EXPECT_THAT(Heard(), IsEmpty());
  machine_.Run("U(A2) U(A1) U(B) L(A2/1) L(B)");
  EXPECT_THAT(Heard(), ElementsAre("lock-order-inversion"));
}

TEST_F(ClassRemovalTest, OneOfManyConnectsNoContextsAnyMore) {
  MakeManyClasses();
  const char* const orders = "irq{ L(U) U(U) } irqsave{ L(U) L(A) U(A) U(U) }";
  machine_.Run(orders);

  Forget("A");
  machine_.Run("L(B) U(B) irqsave{ L(A) L(B) U(B) U(A) }");
  EXPECT_THAT(Heard(), IsEmpty());

  machine_.Run(orders);
  EXPECT_THAT(Heard(), ElementsAre("context-inversion"));
}

TEST_F(ClassRemovalTest, UsagesGo) {
  machine_.Run("L(A) U(A)");

  Forget("A");
  machine_.Run("irq{ L(A) U(A) }");

  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(ClassRemovalTest, OnlyKeysInTheRangeGo) {
  machine_.Run("L(A) L(B) U(B) U(A)");

  validator().ForgetKeys(thread(), {machine_.Lock("A").key.value + 1}, 1, CallSite{});
  validator().ForgetKeys(thread(), {machine_.Lock("A").key.value - 1}, 1, CallSite{});
  machine_.Run("L(B) L(A)");

  EXPECT_THAT(Heard(), ElementsAre("lock-order-inversion"));
}

TEST_F(ClassRemovalTest, AHeldLockIsReportedAndDropped) {
  machine_.Run("L(A) L(B)");

  Forget("A");

  EXPECT_THAT(Heard(), ElementsAre("held-lock-destroyed"));
  EXPECT_EQ(machine_.heard()[0].lock, "A");
  machine_.Run("U(B)");
  EXPECT_EQ(thread().held.depth(), 0u);
}

TEST_F(ClassRemovalTest, WhatAnotherThreadHoldsOrdersNothingAnyMore) {
  machine_.Run("| L(A)");

  Forget("A");
  machine_.Run("| L(B) U(B) U(A)");

  EXPECT_THAT(machine_.listener().dependencies, IsEmpty());
  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(ClassRemovalTest, MemoryOfTheForgottenIsUsedAgain) {
  const auto cycle = [&] {
    machine_.Run("L(A) L(B) L(C) R(D) U(D) L(D) U(D) U(C) U(B) U(A) irq{ L(E) U(E) }");
    for (const char* name : {"A", "B", "C", "D", "E"}) Forget(name);
  };
  cycle();
  const size_t mapped = validator().Stats().memory;

  for (int i = 0; i < 500; ++i) cycle();

  EXPECT_LT(validator().Stats().memory, mapped + 500 * 5 * 900);
  EXPECT_EQ(validator().Stats().dependencies, 0u);
  EXPECT_EQ(validator().Stats().classes, 0u);
}

TEST_F(ClassRemovalTest, KeysComeAndGo) {
  const ClassKey key = machine_.Lock("A").key;

  EXPECT_FALSE(validator().IsRegisteredKey(key));
  EXPECT_FALSE(validator().UnregisterKey(thread(), key, CallSite{}));
  EXPECT_TRUE(validator().RegisterKey(key));
  EXPECT_FALSE(validator().RegisterKey(key));
  EXPECT_TRUE(validator().IsRegisteredKey(key));
  machine_.Run("L(A) L(B) U(B) U(A)");
  EXPECT_TRUE(validator().UnregisterKey(thread(), key, CallSite{}));
  EXPECT_FALSE(validator().IsRegisteredKey(key));
  machine_.Run("L(B) L(A)");

  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(ClassRemovalTest, AfterAResetTheThreadHoldsNothingAndHearsAgain) {
  machine_.Run("U(A) U(A) L(B)");
  EXPECT_THAT(Heard(), ElementsAre("unlock-unheld"));

  validator().Reset(thread());
  machine_.Run("U(A)");

  EXPECT_THAT(Heard(), ElementsAre("unlock-unheld", "unlock-unheld"));
  EXPECT_EQ(thread().held.depth(), 0u);
}

// C is known to come after A only because it came after B.
TEST_F(ClassRemovalTest, WhatIsHeldUponAnEndedClassStandsForNothingBelowIt) {
  machine_.Run("L(A) L(B) L(C) |1 end(B) |0 L(D) U(D) U(C) U(B) U(A)");
  machine_.Run("L(D) L(A)");

  EXPECT_THAT(Heard(), ElementsAre("lock-order-inversion"));
}

// Another thread still holds it, and proves it anew.
TEST_F(ClassRemovalTest, NoChainOfAnEndedClassIsKnown) {
  machine_.Run("L(A) L(B) |1 end(B) |0 class(A/1)");
  machine_.Run("|1 L(A1/1) L(B) U(B) U(A1) L(B) L(A1/1)");

  EXPECT_THAT(Heard(), ElementsAre("lock-order-inversion"));
}

TEST_F(ClassRemovalTest, ALockWithoutAKeyIsNoLock) {
  LockMap blank;

  validator().Acquire(thread(), {.lock = &blank, .site = {}});
  validator().Release(thread(), blank, CallSite{});

  EXPECT_THAT(Heard(), ElementsAre("invalid-lock-state"));
  EXPECT_EQ(thread().held.depth(), 0u);
  EXPECT_EQ(validator().Stats().classes, 0u);
}

TEST_F(ClassRemovalTest, LocksHeldOnTheWayToUserSpace) {
  machine_.Run("L(A)");

  validator().ReportHeld(thread(), ViolationKind::kHeldAtExit, "user space");

  ASSERT_THAT(Heard(), ElementsAre("held-at-exit"));
  EXPECT_EQ(machine_.heard()[0].subject, "user space");
}

}  // namespace
}  // namespace lockdep::testing
