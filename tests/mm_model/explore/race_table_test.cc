#include "mm_model/explore/race_table.h"

#include <gtest/gtest.h>

namespace mm_model {
namespace {

TEST(RaceTableTest, RemembersTheLastExclusiveAccessAndTheSharedOnesSince) {
  RaceTable table;
  const int object = 0;
  EXPECT_EQ(table.At(&object).exclusive, RaceTable::kNone);
  table.At(&object).Note(AccessMode::kShared, 1, 3);
  table.At(&object).Note(AccessMode::kShared, 2, 4);
  EXPECT_EQ(table.At(&object).sharers, SetOf(1) | SetOf(2));
  EXPECT_EQ(table.At(&object).shared[2], 4);
  table.At(&object).Note(AccessMode::kExclusive, 0, 5);
  EXPECT_EQ(table.At(&object).exclusive, 5);
  EXPECT_EQ(table.At(&object).sharers, 0u);
}

TEST(RaceTableTest, ForgetsAllWhenAnExecutionBegins) {
  RaceTable table;
  const int object = 0;
  table.At(&object).Note(AccessMode::kExclusive, 0, 5);
  table.Clear();
  EXPECT_EQ(table.At(&object).exclusive, RaceTable::kNone);
}

TEST(RaceTableTest, KeepsManyObjectsApart) {
  RaceTable table;
  std::vector<char> objects(5000);
  for (int i = 0; i < 5000; ++i) table.At(&objects[i]).Note(AccessMode::kExclusive, 0, i);
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(table.At(&objects[i]).exclusive, i);
}

}  // namespace
}  // namespace mm_model
