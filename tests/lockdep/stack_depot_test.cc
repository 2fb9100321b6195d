#include "lockdep/internal/stack_depot.h"

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"

namespace lockdep::internal {
namespace {

TEST(StackDepotTest, AStackIsKeptOnce) {
  Arena arena;
  StackDepot depot(arena);
  const std::vector<uintptr_t> stack = {1, 2, 3};

  const StackDepot::PutResult first = depot.Put(stack);
  const StackDepot::PutResult second = depot.Put(stack);

  EXPECT_TRUE(first.is_new);
  EXPECT_FALSE(second.is_new);
  EXPECT_EQ(first.id, second.id);
}

TEST(StackDepotTest, GivesBackEveryStackAfterGrowth) {
  Arena arena;
  StackDepot depot(arena);
  for (uintptr_t n = 1; n <= 3000; ++n) {
    const std::vector<uintptr_t> stack(n % 7 + 1, n);
    EXPECT_EQ(depot.Put(stack).id, static_cast<StackId>(n));
  }

  for (uintptr_t n = 1; n <= 3000; ++n) {
    const std::vector<uintptr_t> stack(n % 7 + 1, n);
    EXPECT_TRUE(std::ranges::equal(depot.Get(static_cast<StackId>(n)), stack));
    EXPECT_FALSE(depot.Put(stack).is_new);
  }
}

TEST(StackDepotTest, APrefixIsAnotherStack) {
  Arena arena;
  StackDepot depot(arena);

  EXPECT_NE(depot.Put(std::vector<uintptr_t>{1, 2}).id, depot.Put(std::vector<uintptr_t>{1}).id);
}

}  // namespace
}  // namespace lockdep::internal
