#include "lockdep/internal/chained_table.h"

#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace lockdep::internal {
namespace {

struct Entry {
  uint64_t Hash() const { return number * 0x9e3779b97f4a7c15u; }

  uint64_t number = 0;
  Entry* next = nullptr;
};

class ChainedTableTest : public ::testing::Test {
 protected:
  Entry* Find(uint64_t number) const {
    return table_.Find(Entry{number}.Hash(),
                       [number](const Entry& entry) { return entry.number == number; });
  }
  Entry* Insert(uint64_t number) {
    if (!table_.Reserve()) return nullptr;
    auto* entry = arena_.New<Entry>();
    entry->number = number;
    table_.Insert(entry);
    return entry;
  }

  Arena arena_;
  ChainedTable<Entry, &Entry::next> table_{arena_};
};

TEST_F(ChainedTableTest, FindsNothingWhereNothingIs) { EXPECT_EQ(Find(1), nullptr); }

// Every number of buckets on the way, split or not.
TEST_F(ChainedTableTest, FindsAllAtEverySize) {
  std::vector<Entry*> entries;
  for (uint64_t i = 0; i < 700; ++i) {
    entries.push_back(Insert(i));
    for (uint64_t j = 0; j <= i; ++j) ASSERT_EQ(Find(j), entries[j]) << i;
    ASSERT_EQ(Find(i + 1), nullptr);
  }
  EXPECT_EQ(table_.size(), 700u);
}

TEST_F(ChainedTableTest, AgreesWithAMap) {
  std::mt19937 random(5);
  std::map<uint64_t, Entry*> model;
  for (int i = 0; i < 50'000; ++i) {
    const uint64_t number = random() % 3000;
    const auto known = model.find(number);
    ASSERT_EQ(Find(number), known == model.end() ? nullptr : known->second);
    if (known == model.end()) {
      model[number] = Insert(number);
    } else if (random() % 2 == 0) {
      table_.Remove(known->second);
      model.erase(known);
    }
    ASSERT_EQ(table_.size(), model.size());
  }
}

TEST_F(ChainedTableTest, SaysWhenMemoryEnded) {
  arena_.FailGrowthAfter(1);

  EXPECT_EQ(Insert(1), nullptr);
  EXPECT_EQ(Find(1), nullptr);
}

}  // namespace
}  // namespace lockdep::internal
