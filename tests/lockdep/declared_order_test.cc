#include "lockdep/declared_order.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/event_program.h"

namespace lockdep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr DeclaredArc kOrder[] = {
    {"A", "B", "order:1: A -> B"},
    {"B", "C", "order:2: B -> C"},
    {"A", "C", "order:1 and order:2"},
};

TEST(DeclaredOrderTest, TheFirstExecutionAgainstItIsReported) {
  Machine machine(kOrder);

  machine.Run("L(B) L(A)");

  ASSERT_THAT(Kinds(machine.heard()), ElementsAre("declared-order-violation"));
  EXPECT_THAT(machine.heard()[0].cycle, ElementsAre("A -> B", "B -> A"));
  EXPECT_THAT(machine.heard()[0].declarations, ElementsAre("order:1: A -> B"));
}

TEST(DeclaredOrderTest, ObeyingItIsSilent) {
  Machine machine(kOrder);

  machine.Run("L(A) L(B) L(C) U(C) U(B) U(A) | L(A) L(C) U(C) U(A) | L(B) L(C)");

  EXPECT_THAT(machine.heard(), IsEmpty());
}

TEST(DeclaredOrderTest, ArcsAppearWhenBothClassesDo) {
  Machine machine(kOrder);

  machine.Run("L(A) U(A)");
  EXPECT_THAT(machine.listener().declared, IsEmpty());
  machine.Run("L(C) U(C)");
  EXPECT_THAT(machine.listener().declared, ElementsAre("A -> C"));
}

TEST(DeclaredOrderTest, ATrylockMayGoAgainstIt) {
  Machine machine(kOrder);

  machine.Run("L(B) T(A)");

  EXPECT_THAT(machine.heard(), IsEmpty());
}

TEST(DeclaredOrderTest, ItSpeaksOfReadersToo) {
  Machine machine(kOrder);

  machine.Run("R(B) R(A)");

  EXPECT_THAT(Kinds(machine.heard()), ElementsAre("declared-order-violation"));
}

TEST(DeclaredOrderTest, ItSpeaksOfEverySubclass) {
  Machine machine(kOrder);

  machine.Run("L(B) L(A/1)");

  EXPECT_THAT(Kinds(machine.heard()), ElementsAre("declared-order-violation"));
}

TEST(DeclaredOrderTest, ObservedAndDeclaredStepsMakeOneCycle) {
  Machine machine(kOrder);

  machine.Run("L(C) L(D) U(D) U(C) | L(D) L(A)");

  ASSERT_THAT(Kinds(machine.heard()), ElementsAre("declared-order-violation"));
  EXPECT_THAT(machine.heard()[0].cycle, ElementsAre("A -> C", "C -> D", "D -> A"));
}

// The arcs over X come with X, and contradict what was seen before.
TEST(DeclaredOrderTest, ArcsThatComeLateMayCloseACycle) {
  constexpr DeclaredArc kOverX[] = {{"A", "X", "order:1"}, {"X", "B", "order:1"}};
  Machine machine(kOverX);

  machine.Run("L(B) L(A) U(A) U(B) | L(X) U(X) | L(A) L(X) U(X) U(A) | L(C) L(D) | L(D) L(C)");

  ASSERT_THAT(Kinds(machine.heard()),
              ElementsAre("declared-order-violation", "lock-order-inversion"));
  EXPECT_THAT(machine.heard()[0].cycle, ElementsAre("X -> B", "B -> A", "A -> X"));
}

TEST(DeclaredOrderTest, ClassesOutsideItStillInvert) {
  Machine machine(kOrder);

  machine.Run("L(X) L(Y) U(Y) U(X) | L(Y) L(X)");

  EXPECT_THAT(Kinds(machine.heard()), ElementsAre("lock-order-inversion"));
}

}  // namespace
}  // namespace lockdep::testing
