#include "lockdep/internal/class_array.h"

#include "gtest/gtest.h"

namespace lockdep::internal {
namespace {

TEST(ClassArrayTest, ElementsStayWhereTheyAreWhileItGrows) {
  Arena arena;
  ClassArray<uint64_t> array(arena);
  ASSERT_TRUE(array.Reserve(ClassId{1}));
  uint64_t* const first = &array[ClassId{1}];
  *first = 7;

  ASSERT_TRUE(array.Reserve(ClassId{100'000}));

  EXPECT_EQ(&array[ClassId{1}], first);
  EXPECT_EQ(*first, 7u);
  for (uint32_t i = 2; i <= 100'000; ++i) {
    ASSERT_EQ(array[ClassId{i}], 0u);
    array[ClassId{i}] = i;
  }
  for (uint32_t i = 2; i <= 100'000; ++i) ASSERT_EQ(array[ClassId{i}], i);
}

TEST(ClassArrayTest, HasWhatWasReserved) {
  Arena arena;
  ClassArray<uint64_t> array(arena);
  EXPECT_FALSE(array.Has(ClassId{1}));
  ASSERT_TRUE(array.Reserve(ClassId{1}));
  EXPECT_TRUE(array.Has(ClassId{1}));
  EXPECT_FALSE(array.Has(ClassId{1'000'000}));
}

TEST(ClassArrayTest, KeepsWhatItHasWhenMemoryEnds) {
  Arena arena;
  ClassArray<uint64_t> array(arena);
  ASSERT_TRUE(array.Reserve(ClassId{1}));
  array[ClassId{1}] = 7;
  arena.FailGrowthAfter(1);

  EXPECT_FALSE(array.Reserve(ClassId{1'000'000}));
  EXPECT_EQ(array[ClassId{1}], 7u);
}

}  // namespace
}  // namespace lockdep::internal
