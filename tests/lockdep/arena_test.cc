#include "lockdep/internal/arena.h"

#include <cstdint>
#include <cstring>

#include "gtest/gtest.h"

namespace lockdep::internal {
namespace {

TEST(ArenaTest, MemoryIsZeroedAlignedAndDistinct) {
  Arena arena;
  auto* first = static_cast<char*>(arena.Allocate(3));
  auto* second = static_cast<char*>(arena.Allocate(40));

  EXPECT_EQ(reinterpret_cast<uintptr_t>(first) % 16, 0u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(second) % 16, 0u);
  memset(first, 1, 3);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(second[i], 0);
}

TEST(ArenaTest, LargeRequestsDoNotWasteTheCurrentBlock) {
  Arena arena;
  auto* before = static_cast<char*>(arena.Allocate(16));
  ASSERT_NE(arena.Allocate((size_t{1} << 20) - 64), nullptr);
  auto* after = static_cast<char*>(arena.Allocate(16));

  EXPECT_EQ(after, before + 16);
}

TEST(ArenaTest, ImpossibleSizesAreRefused) {
  Arena arena;

  EXPECT_EQ(arena.Allocate(SIZE_MAX), nullptr);
  EXPECT_EQ(arena.NewArray<uint64_t>(SIZE_MAX / 2), nullptr);
}

TEST(ArenaTest, CopiesStrings) {
  Arena arena;
  char text[] = "name";
  const char* copy = arena.CopyString(text);
  text[0] = 'x';

  EXPECT_STREQ(copy, "name");
}

TEST(ArenaTest, FailedGrowthStaysFailed) {
  Arena arena;
  arena.FailGrowthAfter(1);

  EXPECT_EQ(arena.Allocate(1), nullptr);
  EXPECT_EQ(arena.Allocate(1), nullptr);
}

}  // namespace
}  // namespace lockdep::internal
