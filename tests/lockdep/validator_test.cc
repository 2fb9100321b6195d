#include "lockdep/validator.h"

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
  std::vector<std::string> cycle = {};  // Of the first violation.
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.program; }

class ProgramTest : public ::testing::TestWithParam<Row> {};

TEST_P(ProgramTest, GivesTheVerdict) {
  Machine machine;

  machine.Run(GetParam().program);

  EXPECT_EQ(Kinds(machine.heard()), GetParam().kinds);
  if (!GetParam().cycle.empty() && !machine.heard().empty()) {
    EXPECT_EQ(machine.heard()[0].cycle, GetParam().cycle);
  }
}

const std::string kInversion = "lock-order-inversion";

INSTANTIATE_TEST_SUITE_P(
    Order, ProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"OneOrder", "L(A) L(B) U(B) U(A) | L(A) L(B) U(B) U(A)", {}},
        {"ABBA", "L(A) L(B) U(B) U(A) | L(B) L(A) U(A) U(B)", {kInversion}, {"A -> B", "B -> A"}},
        {"ABBAInOneThread", "L(A) L(B) U(B) U(A) L(B) L(A) U(A) U(B)", {kInversion}},
        {"ABBAOverOtherInstances",
         "L(A1) L(B1) U(B1) U(A1) | L(B2) L(A2) U(A2) U(B2)",
         {kInversion}},
        {"ABBCCA",
         "L(A) L(B) U(B) U(A) L(B) L(C) U(C) U(B) L(C) L(A)",
         {kInversion},
         {"A -> B", "B -> C", "C -> A"}},
        {"ABBCAC", "L(A) L(B) U(B) U(A) L(B) L(C) U(C) U(B) L(A) L(C)", {}},
        {"ToldOnce",
         "L(A) L(B) U(B) U(A) | L(B) L(A) U(A) U(B) L(B) L(A) U(A) U(B) | L(B) L(A) U(A) U(B)",
         {kInversion}},
        {"ThroughAHeldLockBelow", "L(A) L(B) L(C) U(C) U(B) U(A) | L(C) L(A)", {kInversion}},
        {"AcrossAHeldChainIsOne", "L(C) L(A) U(A) U(C) L(A) L(B) L(C)", {kInversion}},
        {"TwoByOneAcquisition",
         "L(C) L(A) U(A) U(C) L(C) L(B) U(B) U(C) L(A) L(B) L(C)",
         {kInversion, kInversion}},
        {"AToldOneHidesNoOther",
         "L(B) L(A) U(A) U(B) | L(A) L(B) L(C) U(C) U(B) U(A) | L(C) L(A)",
         {kInversion, kInversion},
         {"B -> A", "A -> B"}},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Trylock, ProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"CannotWait", "L(A) L(B) U(B) U(A) | L(B) T(A) U(A) U(B)", {}},
        {"OthersWaitForIt", "T(A) L(B) U(B) U(A) | L(B) L(A)", {kInversion}},
        {"DoesNotHideTheLockBelow", "L(A) T(B) L(C) U(C) U(B) U(A) | L(C) L(A)", {kInversion}},
        {"SameChainButWaited",
         "L(A) L(B) U(B) U(A) | L(B) T(A) U(A) U(B) L(B) L(A) U(A) U(B)",
         {kInversion}},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Readers, ProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"RecursiveReadersOnBothSides", "RR(A) RR(B) U(B) U(A) | RR(B) RR(A) U(A) U(B)", {}},
        {"PlainReadersOnBothSides", "R(A) R(B) U(B) U(A) | R(B) R(A) U(A) U(B)", {kInversion}},
        {"RecursiveReadersMeetNoWriter", "RR(A) L(B) U(B) U(A) | L(B) RR(A) U(A) U(B)", {}},
        {"RecursiveReaderMeetsAWriter", "L(A) L(B) U(B) U(A) | L(B) RR(A) U(A) U(B)", {kInversion}},
        {"WriterWaitsForAReader", "RR(A) L(B) U(B) U(A) | L(B) L(A) U(A) U(B)", {kInversion}},
        {"RecursiveReadDoesNotHideTheLockBelow",
         "L(A) RR(B) L(C) U(C) U(B) U(A) | L(C) L(A)",
         {kInversion}},
        {"ReadChainIsNotTheWriteChain",
         "RR(A) L(B) U(B) U(A) | L(B) RR(A) U(A) U(B) | L(A) L(B) U(B) U(A)",
         {kInversion}},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Recursion, ProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"SameLock", "L(A) L(A)", {"recursive-lock"}},
        {"SameClass", "L(A1) L(A2)", {"recursive-lock"}},
        {"Subclass", "L(A1) L(A2/1) U(A2) U(A1) | L(A2) L(A1/1)", {}},
        {"SubclassInverted", "L(A1) L(A2/1) U(A2) U(A1) | L(A2/1) L(A1)", {kInversion}},
        {"HighSubclass", "L(A1) L(A2/7)", {}},
        {"Trylock", "L(A1) T(A2)", {}},
        {"ReadThenRead", "R(A) R(A)", {"read-recursion"}},
        {"ReadThenRecursiveRead", "R(A) RR(A)", {}},
        {"RecursiveReads", "RR(A) RR(A)", {}},
        {"WriteThenRecursiveRead", "L(A) RR(A)", {"recursive-lock"}},
        {"RecursiveReadThenWrite", "RR(A) L(A)", {"recursive-lock"}},
        {"NestLockSerialises", "L(N) L(A1,N) L(A2,N) U(A2) U(A1) U(N)", {}},
        {"NestLockNotHeld", "L(A1,N)", {"nest-lock-missing"}},
        {"NestLockOfAnotherInstance",
         "L(N1) L(A1,N1) L(A2,N1) U(A2) U(A1) L(A1,N1) L(A2,N2)",
         {"nest-lock-missing", "recursive-lock"}},
        {"NestLockTakenInTime", "L(N) L(A1) L(A2,N)", {}},
        {"NestLockTakenTooLate", "L(A1) L(N) L(A2,N)", {"recursive-lock", kInversion}},
        {"SerialisedDoesNotHideTheLockBelow",
         "L(N) L(A1,N) L(B) L(A2,N) L(C) U(C) | L(C) L(B)",
         {kInversion}},
        {"ToldDoesNotHideTheLockBelow",
         "L(A) R(A) L(B) U(B) | L(B) RR(A)",
         {"recursive-lock", kInversion}},
        {"NestLockThatSerialisesElsewhere",
         "L(N) L(A1,N) L(M) L(A2,N) U(A2) U(M) U(A1) U(N) L(N) L(A1,N) L(M) L(A2,M)",
         {"recursive-lock", kInversion}},
        {"NestedLocksOrderTheOthers",
         "L(N) L(A1,N) L(A2,N) L(B) U(B) U(A2) U(A1) L(B) L(A1,N)",
         {kInversion}},
        {"NestedChainIsNotThePlainChain",
         "L(N) L(A1,N) L(A2,N) U(A2) U(A1) L(A1) L(A2)",
         {"recursive-lock"}},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Unchecked, ProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"OrdersNothing", "N(A) L(B) U(B) U(A) | L(B) N(A) U(A) U(B) L(B) L(A)", {}},
        {"HidesNothing", "L(A) N(B) L(C) U(C) U(B) U(A) | L(C) L(A)", {kInversion}},
        {"IsHeld", "N(A) U(A) U(A)", {"unlock-unheld"}},
        {"Twice", "N(A1) N(A2)", {}},
        {"CheckedUponUnchecked", "N(A1) L(A2)", {"recursive-lock"}},
        {"CheckedIsAnotherChain",
         "L(A) N(B) U(B) U(A) L(A) L(B) U(B) U(A) | L(B) L(A)",
         {kInversion}},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Release, ProgramTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"NeverTaken", "U(A)", {"unlock-unheld"}},
        {"Twice", "L(A) U(A) U(A)", {"unlock-unheld"}},
        {"ByAnotherThread", "L(A) | U(A)", {"unlock-by-other-thread"}},
        {"InAnyOrder", "L(A) L(B) L(C) U(A) U(B) U(C) L(C) U(C)", {}},
        {"OutOfOrderKeepsTheOthersHeld", "L(A) L(B) U(A) L(C) U(C) U(B) | L(C) L(B)", {kInversion}},
        {"OutOfOrderForgetsTheReleased", "L(A) T(B) U(A) L(C) U(C) U(B) | L(C) L(A)", {}},
    }),
    [](const auto& row) { return row.param.name; });

TEST(ValidatorTest, NamesTheKindOfEveryDependency) {
  Machine machine;

  machine.Run("L(A) L(B) U(B) U(A) R(A) L(B) U(B) U(A) L(A) RR(B) U(B) U(A) R(A) RR(B)");

  EXPECT_THAT(machine.listener().dependencies,
              ElementsAre("A -EN-> B", "A -SN-> B", "A -ER-> B", "A -SR-> B"));
}

TEST(ValidatorTest, SaysWhatTheThreadHeld) {
  Machine machine;

  machine.Run("L(A) L(B) U(B) U(A) | L(C) L(B) L(A)");

  ASSERT_EQ(machine.heard().size(), 1u);
  EXPECT_THAT(machine.heard()[0].held, ElementsAre("C", "B"));
  EXPECT_EQ(machine.heard()[0].level, Level::kFeasible);
}

TEST(ValidatorTest, SelfDeadlockOnOneLockIsConfirmed) {
  Machine machine;

  machine.Run("L(A) L(A)");

  ASSERT_EQ(machine.heard().size(), 1u);
  EXPECT_EQ(machine.heard()[0].level, Level::kConfirmed);
}

TEST(ValidatorTest, ACycleThatNeedsAReportedEdgeIsNotToldAgain) {
  Machine machine;

  machine.Run("L(A) L(B) U(B) U(A) | L(B) L(A) U(A) U(B) | L(A) L(C) U(C) U(A) L(C) L(B)");

  EXPECT_THAT(Kinds(machine.heard()), ElementsAre(kInversion));
}

TEST(ValidatorTest, SerialisedLocksOfOneClassAreOneChain) {
  Machine machine;
  std::string program = "L(N) ";
  for (int i = 1; i <= 100; ++i) program += "L(A" + std::to_string(i) + ",N) ";
  machine.Run(program);
  EXPECT_EQ(machine.Thread(0).held.depth(), 101u);
  const ChainKey all = machine.Thread(0).chain_key;

  machine.Run("U(A40) U(A50)");

  EXPECT_EQ(machine.Thread(0).chain_key, all);
  EXPECT_FALSE(machine.validator().IsHeld(machine.Thread(0), machine.Lock("A50"), HeldMode::kAny));
  EXPECT_TRUE(machine.validator().IsHeld(machine.Thread(0), machine.Lock("A51"), HeldMode::kAny));
  // N, the first of A, which needs no nest lock, and all that it serialises.
  EXPECT_EQ(machine.validator().Stats().chains, 3u);
  EXPECT_THAT(machine.heard(), IsEmpty());
}

TEST(ValidatorTest, AClassKeepsItsOwnName) {
  Machine machine;
  char name[] = "short";
  LockMap lock(ClassKey{1}, name, LockKind::kMutex);
  machine.validator().Acquire(machine.Thread(0), {.lock = &lock, .site = {}});

  name[0] = '?';

  EXPECT_STREQ(machine.validator().classes().Get(ClassId{1}).name, "short");
}

TEST(ValidatorTest, CancelForgetsWithoutAWord) {
  Machine machine;

  machine.Run("L(A) L(B)");
  machine.validator().CancelAcquire(machine.Thread(0), machine.Lock("B"));
  machine.Run("U(A)");

  EXPECT_THAT(machine.heard(), IsEmpty());
  EXPECT_EQ(machine.Thread(0).held.depth(), 0u);
  EXPECT_EQ(machine.Thread(0).chain_key, kEmptyChainKey);
}

TEST(ValidatorTest, DowngradeTurnsTheWriterIntoAReader) {
  Machine machine;
  machine.Run("L(A)");

  machine.validator().Downgrade(machine.Thread(0), machine.Lock("A"), ReadMode::kRead, CallSite{});

  const Validator& validator = machine.validator();
  EXPECT_TRUE(validator.IsHeld(machine.Thread(0), machine.Lock("A"), HeldMode::kRead));
  EXPECT_FALSE(validator.IsHeld(machine.Thread(0), machine.Lock("A"), HeldMode::kWrite));
  machine.Run("L(B)");
  EXPECT_THAT(machine.listener().dependencies, ElementsAre("A -SN-> B"));
}

TEST(ValidatorTest, DowngradeTellsOfReadersAndLeavesThemAlone) {
  Machine machine;

  machine.Run("L(A) RR(B) down(B) L(C) U(C) | L(C) L(A)");

  EXPECT_THAT(Kinds(machine.heard()), ElementsAre("invalid-lock-state", kInversion));
}

TEST(ValidatorTest, IsHeldTellsLocksOfOneClassApart) {
  Machine machine;
  machine.Run("R(A1)");

  const Validator& validator = machine.validator();
  EXPECT_TRUE(validator.IsHeld(machine.Thread(0), machine.Lock("A1"), HeldMode::kAny));
  EXPECT_TRUE(validator.IsHeld(machine.Thread(0), machine.Lock("A1"), HeldMode::kRead));
  EXPECT_FALSE(validator.IsHeld(machine.Thread(0), machine.Lock("A2"), HeldMode::kAny));
  EXPECT_FALSE(validator.IsHeld(machine.Thread(1), machine.Lock("A1"), HeldMode::kAny));
}

TEST(ValidatorTest, DestroyingAHeldLockIsReportedAndDropsIt) {
  Machine machine;
  machine.Run("L(A)");

  machine.validator().DestroyLock(machine.Thread(0), machine.Lock("A"), CallSite{});

  EXPECT_THAT(Kinds(machine.heard()), ElementsAre("held-lock-destroyed"));
  EXPECT_EQ(machine.Thread(0).held.depth(), 0u);
}

TEST(ValidatorTest, ADestroyedLockIsDroppedAsOftenAsItWasHeld) {
  Machine machine;

  machine.Run("RR(A) RR(A) free(A)");

  EXPECT_THAT(Kinds(machine.heard()), ElementsAre("held-lock-destroyed"));
  EXPECT_EQ(machine.Thread(0).held.depth(), 0u);
}

TEST(ValidatorTest, DestroyingAFreeLockIsSilent) {
  Machine machine;
  machine.Run("L(A) U(A)");

  machine.validator().DestroyLock(machine.Thread(0), machine.Lock("A"), CallSite{});

  EXPECT_THAT(machine.heard(), IsEmpty());
}

TEST(ValidatorTest, ReportsEachLockHeldAtExit) {
  Machine machine;
  machine.Run("L(A) L(B)");

  machine.validator().ReportHeld(machine.Thread(0), ViolationKind::kHeldAtExit);

  EXPECT_THAT(Kinds(machine.heard()), ElementsAre("held-at-exit", "held-at-exit"));
}

TEST(ValidatorTest, HostRulesAreToldOnceForEachPlace) {
  Machine machine;
  Validator& validator = machine.validator();
  const CallSite here{.pcs = {0x1000}};
  const CallSite there{.pcs = {0x2000}};
  constexpr auto kKind = ViolationKind::kUnprotectedAccess;

  EXPECT_TRUE(validator.ReportRule(machine.Thread(0), kKind, nullptr, "field", "rule", here));
  EXPECT_FALSE(validator.ReportRule(machine.Thread(0), kKind, nullptr, "field", "rule", here));
  EXPECT_TRUE(validator.ReportRule(machine.Thread(0), kKind, nullptr, "field", "rule", there));

  ASSERT_EQ(machine.heard().size(), 2u);
  EXPECT_EQ(machine.heard()[0].subject, "field");
}

TEST(ValidatorTest, HoldsAnyNumberOfLocks) {
  Machine machine;
  std::string program;
  for (int i = 0; i < 300; ++i) program += "L(c" + std::string(i, 'x') + ") ";

  machine.Run(program);

  EXPECT_THAT(machine.heard(), IsEmpty());
  EXPECT_EQ(machine.Thread(0).held.depth(), 300u);
}

TEST(ValidatorTest, FindsLongCycles) {
  Machine machine;
  const auto name = [](int i) { return "c" + std::string(i, 'x'); };
  constexpr int kLength = 100;

  for (int i = 0; i < kLength; ++i) {
    const std::string from = name(i);
    const std::string to = name((i + 1) % kLength);
    machine.Run("L(" + from + ") L(" + to + ") U(" + to + ") U(" + from + ")");
    EXPECT_EQ(machine.heard().size(), i == kLength - 1 ? 1u : 0u);
  }

  EXPECT_EQ(machine.heard()[0].cycle.size(), size_t{kLength});
}

TEST(ValidatorTest, ALateObserverHearsWhatWasLearnt) {
  Machine machine;
  machine.Run("L(A) L(B) U(B) U(A) | L(B) R(C)");
  Listener late;

  machine.validator().ReplaceObserver(&late);

  EXPECT_EQ(late.threads, machine.listener().threads);
  EXPECT_EQ(late.classes, machine.listener().classes);
  EXPECT_EQ(late.stacks, machine.listener().stacks);
  EXPECT_EQ(late.chains, machine.listener().chains);
  EXPECT_THAT(late.dependencies,
              ::testing::UnorderedElementsAreArray(machine.listener().dependencies));
}

TEST(ValidatorTest, CountsWhatItSaw) {
  Machine machine;

  machine.Run("L(A) L(B) U(B) U(A) L(A) U(A) | L(B) U(B)");

  const ValidatorStats stats = machine.validator().Stats();
  EXPECT_EQ(stats.acquisitions, 4u);
  EXPECT_EQ(stats.classes, 2u);
  EXPECT_EQ(stats.dependencies, 1u);
  EXPECT_EQ(stats.chains, 3u);
  EXPECT_EQ(stats.threads, 2u);
}

}  // namespace
}  // namespace lockdep::testing
