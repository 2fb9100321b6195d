#include "lockdep/order/pair_closure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace lockdep::order {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ImpliedPairsTest, AChainImpliesAllItsPairsWithTheirFirstAndLastArc) {
  const std::vector<OrderedPair> pairs = {{0, 1, 10, 10}, {1, 2, 11, 11}, {2, 3, 12, 12}};

  EXPECT_THAT(
      *ImpliedPairs(pairs, 100),
      ElementsAre(OrderedPair{0, 2, 10, 11}, OrderedPair{0, 3, 10, 12}, OrderedPair{1, 3, 11, 12}));
}

TEST(ImpliedPairsTest, WhatIsStatedIsNotImplied) {
  const std::vector<OrderedPair> pairs = {{0, 1, 10, 10}, {1, 2, 11, 11}, {0, 2, 12, 12}};

  EXPECT_THAT(*ImpliedPairs(pairs, 100), IsEmpty());
}

TEST(ImpliedPairsTest, TheWayIsAShortestOne) {
  const std::vector<OrderedPair> pairs = {
      {0, 1, 10, 10}, {1, 2, 11, 11}, {2, 3, 12, 12}, {0, 4, 13, 13}, {4, 3, 14, 14}};

  EXPECT_THAT(
      *ImpliedPairs(pairs, 100),
      ElementsAre(OrderedPair{0, 2, 10, 11}, OrderedPair{0, 3, 13, 14}, OrderedPair{1, 3, 11, 12}));
}

TEST(ImpliedPairsTest, OnACircleNoLockFollowsItself) {
  const std::vector<OrderedPair> pairs = {{0, 1, 10, 10}, {1, 2, 11, 11}, {2, 0, 12, 12}};

  EXPECT_THAT(
      *ImpliedPairs(pairs, 100),
      ElementsAre(OrderedPair{0, 2, 10, 11}, OrderedPair{1, 0, 11, 12}, OrderedPair{2, 1, 12, 10}));
}

TEST(ImpliedPairsTest, MoreThanTheLimitIsNothing) {
  const std::vector<OrderedPair> pairs = {{0, 1, 0, 0}, {1, 2, 1, 1}, {2, 3, 2, 2}};

  EXPECT_TRUE(ImpliedPairs(pairs, 3).has_value());
  EXPECT_FALSE(ImpliedPairs(pairs, 2).has_value());
}

TEST(ComponentsTest, LocksOnACommonCircleShareAComponentAndOthersDoNot) {
  const std::vector<OrderedPair> pairs = {{0, 1, 0, 0}, {1, 2, 1, 1}, {2, 1, 2, 2}, {2, 3, 3, 3}};

  const std::vector<int> component = Components(pairs, 5);

  EXPECT_EQ(component[1], component[2]);
  for (const int other : {0, 3, 4}) {
    for (int lock = 0; lock < 5; ++lock) {
      EXPECT_EQ(component[other] == component[lock], other == lock);
    }
  }
}

TEST(ComponentsTest, AVeryLongCircleIsOneComponent) {
  constexpr int kLocks = 200'000;  // Deeper than a recursive search could go.
  std::vector<OrderedPair> pairs;
  for (int i = 0; i < kLocks; ++i) pairs.push_back({i, (i + 1) % kLocks, i, i});

  EXPECT_EQ(Components(pairs, kLocks), std::vector<int>(kLocks, 0));
}

}  // namespace
}  // namespace lockdep::order
