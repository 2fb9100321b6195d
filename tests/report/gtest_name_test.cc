#include "lockdep/report/gtest_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockdep::report {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Stack StackOf(const std::string& function) {
  return {{.function = "pthread_mutex_lock"}, {.function = function}, {.function = "main"}};
}

TEST(GtestNameTest, TheBodyOfATestNamesIt) {
  EXPECT_EQ(TestOf(StackOf("BankTest_Transfer_Test::TestBody()")), "BankTest.Transfer");
  EXPECT_EQ(TestOf(StackOf("bank::(anonymous namespace)::BankTest_Transfer_Test::TestBody()")),
            "BankTest.Transfer");
}

TEST(GtestNameTest, TheFirstUnderscoreDivides) {
  EXPECT_EQ(TestOf(StackOf("Bank_DISABLED_Transfer_Test::TestBody()")), "Bank.DISABLED_Transfer");
}

TEST(GtestNameTest, WhatOnlyLooksLikeATestIsNone) {
  for (const char* function : {"Body_Test::TestBody()", "_Transfer_Test::TestBody()", "TestBody()",
                               "Bank_Transfer::TestBody()", "Bank_Transfer_Test::SetUp()", ""}) {
    EXPECT_EQ(TestOf(StackOf(function)), "") << function;
  }
}

TEST(GtestNameTest, AFindingNamesEveryTestOfItsStacksOnce) {
  Finding finding;
  finding.edges = {{.from_stack = StackOf("B_Two_Test::TestBody()"),
                    .to_stack = StackOf("B_Two_Test::TestBody()")},
                   {.to_stack = StackOf("A_One_Test::TestBody()")}};

  EXPECT_THAT(TestsOf(finding), ElementsAre("A.One", "B.Two"));
  EXPECT_THAT(TestsOf(Finding()), IsEmpty());
}

}  // namespace
}  // namespace lockdep::report
