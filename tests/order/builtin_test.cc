#include "lockdep/order/builtin.h"

#include <gtest/gtest.h>

namespace lockdep::order {
namespace {

constexpr BuiltinOrder kOrders[] = {{"builtin-test-a", "a -> b\n"}, {"builtin-test-b", ""}};
const BuiltinRegistration kRegistration(kOrders);

TEST(BuiltinTest, WhatIsRegisteredIsFoundByItsName) {
  const BuiltinOrder* order = FindBuiltin("builtin-test-a");

  ASSERT_NE(order, nullptr);
  EXPECT_EQ(order->text, "a -> b\n");
  EXPECT_NE(FindBuiltin("builtin-test-b"), nullptr);
}

TEST(BuiltinTest, AnUnknownNameIsNotFound) { EXPECT_EQ(FindBuiltin("builtin-test"), nullptr); }

}  // namespace
}  // namespace lockdep::order
