#include "lockdep/internal/pointer_table.h"

#include "gtest/gtest.h"

namespace lockdep::internal {
namespace {

struct Entry {
  uint64_t Hash() const { return number * 0x9e3779b97f4a7c15u; }
  bool IsForgotten() const { return is_forgotten; }

  uint64_t number = 0;
  bool is_forgotten = false;
};

class PointerTableTest : public ::testing::Test {
 protected:
  // Counts the entries that it looks at.
  Entry* Find(uint64_t number) {
    return table_.Find(Entry{number}.Hash(), [&](const Entry& entry) {
      ++looks_;
      return entry.number == number && !entry.is_forgotten;
    });
  }
  Entry* Insert(uint64_t number) {
    if (!table_.Reserve()) return nullptr;
    auto* entry = arena_.New<Entry>();
    entry->number = number;
    table_.Insert(entry);
    return entry;
  }

  Arena arena_;
  PointerTable<Entry> table_{arena_};
  int looks_ = 0;
};

TEST_F(PointerTableTest, FindsAllAtEverySize) {
  constexpr uint64_t kMany = 5000;
  for (uint64_t i = 1; i <= kMany; ++i) {
    const Entry* entry = Insert(i);
    ASSERT_EQ(Find(i), entry);
    ASSERT_NE(Find(1 + i / 2), nullptr) << i;
    ASSERT_EQ(Find(kMany + i), nullptr) << i;
  }
}

// However often it was: while the table grows, too.
TEST_F(PointerTableTest, WhatComesAndGoesIsFoundAtOnce) {
  for (uint64_t i = 0; i < 5000; ++i) {
    Entry* entry = Insert(1);
    ASSERT_EQ(Find(1), entry);
    entry->is_forgotten = true;
    ASSERT_EQ(Find(1), nullptr);
    Insert(1000 + i);
  }
  looks_ = 0;
  Find(1);

  EXPECT_LE(looks_, 100);
}

TEST_F(PointerTableTest, WhatTakesAForgottensPlaceHidesNobody) {
  for (uint64_t i = 1; i <= 200; ++i) Insert(i)->is_forgotten = i % 2 == 0;
  for (uint64_t i = 201; i <= 2000; ++i) Insert(i);

  for (uint64_t i = 1; i <= 2000; ++i) {
    EXPECT_EQ(Find(i) != nullptr, i > 200 || i % 2 == 1) << i;
  }
}

}  // namespace
}  // namespace lockdep::internal
