#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/event_program.h"

namespace lockdep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Row {
  const char* name;
  const char* program;
  std::vector<std::string> kinds;
  std::string contexts = {};            // Of the first violation.
  std::vector<std::string> cycle = {};  // Likewise.
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.program; }

class ContextProgramTest : public ::testing::TestWithParam<Row> {};

TEST_P(ContextProgramTest, GivesTheVerdict) {
  const Row& row = GetParam();
  Machine machine;

  machine.Run(row.program);

  EXPECT_EQ(Kinds(machine.heard()), row.kinds);
  if (machine.heard().empty()) return;
  const Heard& first = machine.heard()[0];
  EXPECT_TRUE(row.contexts.empty() || first.contexts == row.contexts) << first.contexts;
  if (!row.cycle.empty()) {
    EXPECT_EQ(first.cycle, row.cycle);
  }
}

std::string NameOf(const ::testing::TestParamInfo<Row>& info) { return info.param.name; }

const std::string kInconsistent = "inconsistent-context";
const std::string kInversion = "context-inversion";

INSTANTIATE_TEST_SUITE_P(
    OneClass, ContextProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"EnabledThenUsed",
         "L(A) U(A) irq{ L(A) U(A) }",
         {kInconsistent},
         "hardirq: A used, A enabled"},
        {"UsedThenEnabled", "irq{ L(A) U(A) } L(A) U(A)", {kInconsistent}},
        {"InAnotherThread", "L(A) U(A) | irq{ L(A) U(A) }", {kInconsistent}},
        {"Masked", "irqsave{ L(A) U(A) } irq{ L(A) U(A) }", {}},
        {"EnabledWhileHeld",
         "irq{ L(A) U(A) } irqsave{ L(A) irqon{ } U(A) }",
         {kInconsistent},
         "hardirq: A used, A enabled"},
        {"Softirq",
         "L(A) U(A) softirq{ L(A) U(A) }",
         {kInconsistent},
         "softirq: A used, A enabled"},
        {"SoftirqMasked", "bh{ L(A) U(A) } softirq{ L(A) U(A) }", {}},
        {"SoftirqMaskedOnlyForHardirq", "bh{ L(A) U(A) } irq{ L(A) U(A) }", {kInconsistent}},
        {"HardirqComesOverSoftirq",
         "softirq{ L(A) U(A) irq{ L(A) U(A) } }",
         {kInconsistent},
         "hardirq: A used, A enabled"},
        {"ToldOnce", "L(A) U(A) irq{ L(A) U(A) } L(A) irq{ L(A) U(A) } U(A)", {kInconsistent}},
        {"ToldForEachContext",
         "L(A) U(A) softirq{ irq{ L(A) U(A) } }",
         {kInconsistent, kInconsistent}},
        {"AnInterruptionEnablesMore",
         "bh{ L(A) irq{ irqon{ } } U(A) } softirq{ L(A) U(A) }",
         {kInconsistent},
         "softirq: A used, A enabled"},
        {"AnInterruptionEnablesNothing", "bh{ L(A) irq{ } U(A) } softirq{ L(A) U(A) }", {}},
        {"NestedUponATriedOne",
         "L(A) U(A) irq{ L(N) T(A) L(A1,N) U(A1) U(A) U(N) }",
         {kInconsistent}},
        {"NestedUponATriedOneElsewhere",
         "irqsave{ L(A) U(A) } irq{ L(N) T(A) L(A1,N) U(A1) U(A) U(N) }",
         {}},
        {"TriedInTheContext", "L(A) U(A) irq{ T(A) U(A) }", {}},
        {"TriedWithTheContextEnabled", "T(A) U(A) irq{ L(A) U(A) }", {kInconsistent}},
        {"NotChecked", "L(A) U(A) irq{ N(A) U(A) }", {}},
        {"NotCheckedWhileEnabled", "irq{ L(A) U(A) } N(A) U(A)", {}},
        {"WaitingWithoutTakingCannotBeInterruptedWhileHeld", "irq{ L(A) U(A) } S(A)", {}},
        {"WaitingWithoutTakingInTheContext", "L(A) U(A) irq{ S(A) }", {kInconsistent}},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Readers, ContextProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"RecursiveReaderMeetsAReader", "R(A) U(A) irq{ RR(A) U(A) }", {}},
        {"RecursiveReaderMeetsAWriter", "L(A) U(A) irq{ RR(A) U(A) }", {kInconsistent}},
        {"PlainReaderWaitsBehindAWriter", "R(A) U(A) irq{ R(A) U(A) }", {kInconsistent}},
        {"PlainReaderFirst", "irq{ R(A) U(A) } R(A) U(A)", {kInconsistent}},
        {"WriterMeetsAReader", "RR(A) U(A) irq{ L(A) U(A) }", {kInconsistent}},
        {"ReadEverywhere", "irq{ RR(A) U(A) } RR(A) U(A)", {}},
        {"TheWriterComesLater",
         "R(A) U(A) irq{ RR(A) U(A) } L(A) U(A)",
         {kInconsistent},
         "hardirq: A used, A enabled"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Dependencies, ContextProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"NewDependencyFromUsedToEnabled",
         "irq{ L(A) U(A) } L(B) U(B) irqsave{ L(A) L(B) U(B) U(A) }",
         {kInversion},
         "hardirq: A used, B enabled",
         {"A -> B"}},
        {"FromEnabledToUsed", "irq{ L(A) U(A) } L(B) U(B) irqsave{ L(B) L(A) U(A) U(B) }", {}},
        {"ClassBecomesUsed",
         "irqsave{ L(A) L(B) U(B) U(A) } L(B) U(B) irq{ L(A) U(A) }",
         {kInversion},
         "hardirq: A used, B enabled",
         {"A -> B"}},
        {"ClassBecomesEnabled",
         "irqsave{ L(A) L(B) U(B) U(A) } irq{ L(A) U(A) } L(B) U(B)",
         {kInversion},
         "hardirq: A used, B enabled",
         {"A -> B"}},
        {"OverOthers",
         "irq{ L(A) U(A) } L(D) U(D) irqsave{ L(A) L(B) U(B) U(A) L(C) L(D) U(D) U(C)"
         " L(B) L(C) U(C) U(B) }",
         {kInversion},
         "hardirq: A used, D enabled",
         {"A -> B", "B -> C", "C -> D"}},
        {"OtherContext", "softirq{ L(A) U(A) } bh{ L(B) U(B) L(A) L(B) U(B) U(A) }", {}},
        {"TheContextThatMatters",
         "softirq{ L(A) U(A) } L(B) U(B) bh{ L(A) L(B) U(B) U(A) }",
         {kInversion},
         "softirq: A used, B enabled"},
        {"ToldOnce",
         "irq{ L(A) U(A) } L(B) U(B) irqsave{ L(A) L(B) U(B) L(C) U(C) U(A) L(C) L(B) U(B) U(C) }"
         " irqsave{ R(A) L(B) U(B) U(A) }",
         {kInversion}},
        {"NestedInOneChain",
         "irq{ L(A) U(A) } irqsave{ L(A) irqon{ L(B) U(B) } U(A) }",
         {kInconsistent, kInversion},
         "hardirq: A used, A enabled"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    StrongPaths, ContextProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"RecursiveReaderIntoASharedHolder",
         "irq{ L(A) U(A) } RR(B) U(B) irqsave{ L(A) RR(B) U(B) U(A) }",
         {}},
        {"RecursiveReaderIntoAWriter",
         "irq{ L(A) U(A) } L(B) U(B) irqsave{ L(A) RR(B) U(B) U(A) }",
         {kInversion}},
        {"WriterIntoASharedHolder",
         "irq{ L(A) U(A) } RR(B) U(B) irqsave{ L(A) L(B) U(B) U(A) }",
         {kInversion}},
        {"RecursiveUserMeetsASharedHolder",
         "irq{ RR(A) U(A) } L(B) U(B) irqsave{ R(A) L(B) U(B) U(A) }",
         {}},
        {"RecursiveUserMeetsAWriter",
         "irq{ RR(A) U(A) } L(B) U(B) irqsave{ L(A) L(B) U(B) U(A) }",
         {kInversion}},
        {"PlainUserMeetsASharedHolder",
         "irq{ R(A) U(A) } L(B) U(B) irqsave{ R(A) L(B) U(B) U(A) }",
         {kInversion}},
        {"BrokenInTheMiddle",
         "irq{ L(A) U(A) } L(C) U(C) irqsave{ L(A) RR(B) U(B) U(A) R(B) L(C) U(C) U(B) }",
         {}},
        {"WholeInTheMiddle",
         "irq{ L(A) U(A) } L(C) U(C) irqsave{ L(A) RR(B) U(B) U(A) L(B) L(C) U(C) U(B) }",
         {kInversion}},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Chains, ContextProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"EachPairAndContextIsTold",
         "L(A) U(A) L(B) U(B) irqsave{ L(C) L(B) U(B) U(C) } softirq{ irq{ L(C) U(C) } } "
         "irqsave{ L(C) L(A) U(A) U(C) }",
         {kInversion, kInversion, kInversion, kInversion}},
        {"WhatWasToldOfOneUsageHidesNoOther",
         "R(A) U(A) L(B) U(B) irqsave{ L(A) L(B) U(B) U(A) } irq{ L(A) U(A) } irq{ RR(C) U(C) } "
         "irqsave{ L(C) L(A) U(A) U(C) } L(A) U(A)",
         {kInconsistent, kInversion}},
        {"WhatIsInterruptedOrdersNothing",
         "irqsave{ L(B) L(A) U(A) U(B) } irqon{ } L(A) irq{ L(C) U(C) } U(A) L(C) L(A)",
         {kInconsistent, kInversion}},
        {"NoDependencyFromTheInterrupted",
         "bh{ L(A) softirq{ L(B) U(B) } U(A) L(B) L(A) U(A) U(B) }",
         {}},
        {"TheSameOutsideTheContext",
         "bh{ L(A) L(B) U(B) U(A) L(B) L(A) }",
         {"lock-order-inversion"}},
        {"TheChainGoesOnAfterwards",
         "bh{ L(A) softirq{ L(X) U(X) } L(B) U(B) U(A) L(B) L(A) U(A) U(B) }",
         {"lock-order-inversion"}},
        {"OrderInsideTheContext",
         "softirq{ L(A) L(B) U(B) U(A) L(B) L(A) U(A) U(B) }",
         {"lock-order-inversion"}},
        {"NoRecursionAcrossContexts", "bh{ L(A) softirq{ T(A) U(A) } U(A) }", {}},
        {"TheInterruptedHoldsItStill", "irqsave{ L(A) irq{ L(B) U(B) } U(A) }", {}},
        {"ReleasedByTheInterruption", "L(A) L(B) irq{ U(A) }", {"unlock-unheld"}},
    }),
    NameOf);

TEST(ContextRulesTest, EachUsageIsToldOnce) {
  Machine machine;

  machine.Run("L(A) U(A) L(A) U(A) R(A) U(A) irq{ RR(B) U(B) } softirq{ irqsave{ L(B) U(B) } }");

  EXPECT_THAT(machine.listener().usages,
              ElementsAre("A enabled 3", "A enabled-shared 3", "B used-recursive 1", "B used 2"));
}

TEST(ContextRulesTest, ALateObserverHearsTheUsages) {
  Machine machine;
  machine.Run("L(A) U(A) irq{ L(B) U(B) }");
  Listener late;

  machine.validator().ReplaceObserver(&late);

  EXPECT_EQ(late.usages, machine.listener().usages);
  EXPECT_THAT(late.contexts, ElementsAre(std::pair(0, "hardirq"), std::pair(1, "softirq")));
}

TEST(ContextRulesTest, ContextsCostNothingOnAKnownChain) {
  Machine machine;
  machine.Run("L(A) irq{ L(B) U(B) } U(A)");
  const uint64_t chains = machine.validator().Stats().chains;

  machine.Run("L(A) irq{ L(B) U(B) } U(A) L(A) irq{ L(B) U(B) } U(A)");

  EXPECT_EQ(machine.validator().Stats().chains, chains);
}

TEST(ContextRulesTest, LeavingTheContextGivesTheChainBack) {
  Machine machine;
  machine.Run("L(A) L(B)");
  const ChainKey before = machine.Thread(0).chain_key;

  machine.Run("irq{ L(C) L(D) U(C) U(D) }");

  EXPECT_EQ(machine.Thread(0).chain_key, before);
  EXPECT_EQ(machine.Thread(0).held.floor(), 0u);
}

TEST(ContextRulesTest, AnInterruptionEndsALockOfTheInterrupted) {
  Machine machine;
  machine.Run("L(A) L(B) irq{ L(C) free(A) U(C) }");

  EXPECT_EQ(Kinds(machine.heard()), std::vector<std::string>{"held-lock-destroyed"});
  EXPECT_EQ(machine.Thread(0).held.depth(), 1u);
  machine.Run("U(B)");
  EXPECT_EQ(machine.Thread(0).chain_key, kEmptyChainKey);
}

TEST(ContextRulesTest, LocalLocksOrderNothingAcrossContexts) {
  Machine machine;
  machine.Lock("B").role = LockRole::kPerCpu;

  machine.Run("irq{ L(A) U(A) } L(C) U(C) irqsave{ L(A) L(B) U(B) U(A) L(B) L(C) U(C) U(B) }");

  EXPECT_THAT(machine.heard(), IsEmpty());
}

// The shortest path from a class that hardirqs use goes over a local lock, and counts not;
// the longer one does.  `B` is what the last event makes known.
TEST(LocalLockTest, IsNoWayAroundWhatCounts) {
  const std::string orders =
      "irq{ L(A) U(A) L(D) U(D) } irqsave{ L(D) L(Local) U(Local) U(D)"
      " L(Local) L(Y) U(Y) U(Local) L(A) L(X) U(X) U(A) L(X) L(Z) U(Z) U(X) L(Z) L(Y) U(Y) U(Z) }";
  for (const char* last :
       {"L(B) U(B) irqsave{ L(Y) L(B) U(B) U(Y) }", "irqsave{ L(Y) L(B) U(B) U(Y) } L(B) U(B)"}) {
    Machine machine;
    machine.Lock("Local").role = LockRole::kPerCpu;
    machine.Run(orders + last);

    ASSERT_THAT(Kinds(machine.heard()), ElementsAre(kInversion)) << last;
    EXPECT_EQ(machine.heard()[0].contexts, "hardirq: A used, B enabled") << last;
    EXPECT_THAT(machine.heard()[0].cycle, ElementsAre("A -> X", "X -> Z", "Z -> Y", "Y -> B"))
        << last;
  }
}

class WaitContextTest : public ::testing::Test {
 protected:
  WaitContextTest() {
    SetWait("Raw", WaitType::kSpin, WaitType::kUnchecked);
    SetWait("Spin", WaitType::kConfig, WaitType::kUnchecked);
    SetWait("Soft", WaitType::kConfig, WaitType::kUnchecked);
    SetWait("Mutex", WaitType::kSleep, WaitType::kUnchecked);
    SetWait("Rcu", WaitType::kConfig, WaitType::kFree);
    SetWait("Override", WaitType::kSleep, WaitType::kUnchecked);
    machine_.Lock("Override").role = LockRole::kWaitOverride;
  }

  void SetWait(const char* name, WaitType inner, WaitType outer) {
    machine_.Lock(name).wait_inner = inner;
    machine_.Lock(name).wait_outer = outer;
  }

  std::vector<std::string> KindsOf(std::string_view program) {
    machine_.Run(program);
    return Kinds(machine_.heard());
  }

  Machine machine_;
  const std::string kWait = "invalid-wait-context";
};

TEST_F(WaitContextTest, StricterLocksGoInside) {
  EXPECT_THAT(KindsOf("L(Mutex) L(Spin) L(Raw)"), IsEmpty());
}

TEST_F(WaitContextTest, MutexUnderASpinlock) {
  EXPECT_THAT(KindsOf("L(Spin) L(Mutex)"), ElementsAre(kWait));
  EXPECT_THAT(machine_.heard()[0].cycle, ElementsAre("Spin -> Mutex"));
}

TEST_F(WaitContextTest, SpinlockUnderARawSpinlock) {
  EXPECT_THAT(KindsOf("L(Raw) L(Spin)"), ElementsAre(kWait));
}

TEST_F(WaitContextTest, ATrylockDoesNotWaitButLimits) {
  EXPECT_THAT(KindsOf("L(Spin) T(Mutex)"), IsEmpty());
  EXPECT_THAT(KindsOf("| T(Spin) L(Mutex)"), ElementsAre(kWait));
}

TEST_F(WaitContextTest, RcuIsEnteredAnywhereAndLoosensNothing) {
  EXPECT_THAT(KindsOf("L(Raw) RR(Rcu)"), IsEmpty());
  EXPECT_THAT(KindsOf("L(Spin)"), ElementsAre(kWait));
}

TEST_F(WaitContextTest, MutexInAnRcuReader) {
  EXPECT_THAT(KindsOf("RR(Rcu) L(Mutex)"), ElementsAre(kWait));
}

TEST_F(WaitContextTest, TheContextLimits) {
  EXPECT_THAT(KindsOf("irq{ L(Raw) U(Raw) } softirq{ L(Soft) U(Soft) }"), IsEmpty());
  EXPECT_THAT(KindsOf("| irq{ L(Spin) U(Spin) }"), ElementsAre(kWait));
  EXPECT_THAT(machine_.heard()[0].cycle, IsEmpty());
}

TEST_F(WaitContextTest, TheInterruptedLimitsNothing) {
  EXPECT_THAT(KindsOf("bh{ irqsave{ L(Raw) } irqon{ } } softirq{ irqsave{ L(Spin) U(Spin) } }"),
              IsEmpty());
}

TEST_F(WaitContextTest, AnOverrideAllowsMore) {
  EXPECT_THAT(KindsOf("L(Raw) L(Override) L(Mutex)"), ElementsAre(kWait));
  // The annotation itself is tried, as the kernel's is.
  EXPECT_THAT(KindsOf("| L(Raw) T(Override) L(Mutex) U(Mutex)"), ElementsAre(kWait));
}

// The order between A and B counts, though the one over the local lock does not.
TEST(LocalLockTest, HidesNoOrderOfWhatIsHeldBelowIt) {
  Machine machine;
  machine.Lock("Local").role = LockRole::kPerCpu;
  machine.Run("irq{ L(A) U(A) } irqsave{ L(A) L(Local) L(B) U(B) U(Local) U(A) }");
  EXPECT_THAT(machine.heard(), IsEmpty());
  machine.Run("L(B)");

  EXPECT_THAT(Kinds(machine.heard()), ElementsAre(kInversion));
}

TEST_F(WaitContextTest, ToldOnceForAPair) {
  EXPECT_THAT(KindsOf("L(Spin) L(Mutex) U(Mutex) U(Spin) L(A) L(Spin) L(Mutex)"),
              ElementsAre(kWait));
}

TEST_F(WaitContextTest, WaitingForNoLock) {
  machine_.Run("L(Mutex)");
  machine_.validator().CheckWait(machine_.Thread(0), WaitType::kSleep, CallSite{});
  EXPECT_THAT(machine_.heard(), IsEmpty());

  machine_.Run("L(Spin)");
  machine_.validator().CheckWait(machine_.Thread(0), WaitType::kSleep, CallSite{});
  machine_.validator().CheckWait(machine_.Thread(0), WaitType::kSleep, CallSite{});

  ASSERT_THAT(Kinds(machine_.heard()), ElementsAre(kWait));
  EXPECT_EQ(machine_.heard()[0].lock, "Spin");
  EXPECT_EQ(machine_.heard()[0].level, Level::kConfirmed);
}

}  // namespace
}  // namespace lockdep::testing
