#include "lockdep/order/order_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lockdep::order {
namespace {

using ::testing::IsEmpty;

OrderSet Make(absl::string_view path, absl::string_view text) {
  std::vector<OrderFile> files = {ParseOrderFile(path, text).value()};
  return OrderSet::Make(std::move(files)).value();
}

TEST(OrderDiffTest, ArcsOfOneSideOnlyAreNamed) {
  const OrderSet a = Make("a.order", "x -> y # both\nx -> z # gone\n");
  const OrderSet b = Make("b.order", "x -> y # other reason\ny -> z # new\n");

  const OrderDiff diff = Diff(a, b);

  EXPECT_EQ(RenderArcs(diff.only_in_a), "x -> z  # gone\n");
  EXPECT_EQ(RenderArcs(diff.only_in_b), "y -> z  # new\n");
}

TEST(OrderDiffTest, PlacesReasonsRepetitionsAndStatusDoNotCount) {
  const OrderSet a = Make("a.order", "source \"S\"\nx -> y @3 # one\nx -> y @4\n");
  const OrderSet b = Make("b.order", "x -> y stale\n");

  const OrderDiff diff = Diff(a, b);

  EXPECT_THAT(diff.only_in_a, IsEmpty());
  EXPECT_THAT(diff.only_in_b, IsEmpty());
}

TEST(OrderDiffTest, AnArcThatStandsTwiceIsMissedOnce) {
  const OrderSet a = Make("a.order", "x -> y\nx -> y\n");

  EXPECT_EQ(Diff(a, OrderSet()).only_in_a.size(), 1u);
}

TEST(OrderDiffTest, AliasesOfEitherSideUniteSpellings) {
  const OrderSet a = Make("a.order", "alias x = X\nX -> y\n");
  const OrderSet b = Make("b.order", "alias Y = y\nx -> Y\n");

  const OrderDiff diff = Diff(a, b);

  EXPECT_THAT(diff.only_in_a, IsEmpty());
  EXPECT_THAT(diff.only_in_b, IsEmpty());
}

TEST(OrderDiffTest, WhatIsMissingCanBePastedWithItsSources) {
  const OrderSet a =
      Make("a.order", "a -> b\nsource \"S\"\nc -> d @3\ne -> f @4\nsource \"S\"\ng -> h @9\n");

  const std::string text = RenderArcs(Diff(a, OrderSet()).only_in_a);

  EXPECT_EQ(text, "a -> b\n\nsource \"S\"\nc -> d  @3\ne -> f  @4\n\nsource \"S\"\ng -> h  @9\n");
  EXPECT_TRUE(ParseOrderFile("pasted", text).ok());
}

TEST(OrderDiffTest, ArcsWithoutASourceDoNotFallUnderThatOfOthers) {
  std::vector<OrderFile> files = {ParseOrderFile("a.order", "source \"S\"\na -> b @1\n").value(),
                                  ParseOrderFile("b.order", "c -> d\n").value()};
  const OrderSet set = OrderSet::Make(std::move(files)).value();

  EXPECT_EQ(RenderArcs(Diff(set, OrderSet()).only_in_a),
            "source \"S\"\na -> b  @1\n\nsource \"b.order\"\nc -> d\n");
}

}  // namespace
}  // namespace lockdep::order
