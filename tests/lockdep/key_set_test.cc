#include "lockdep/internal/key_set.h"

#include <set>

#include "gtest/gtest.h"

namespace lockdep::internal {
namespace {

TEST(KeySetTest, HoldsWhatWasPutInAndNotTakenOut) {
  Arena arena;
  KeySet keys(arena);
  std::set<uint64_t> model;
  uint64_t random = 1;
  for (int i = 0; i < 20000; ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    const uint64_t value = random >> 54;
    if ((random >> 40 & 1) != 0) {
      const auto expected = model.insert(value).second ? KeySet::InsertResult::kInserted
                                                       : KeySet::InsertResult::kPresent;
      ASSERT_EQ(keys.Insert({value}), expected);
    } else {
      ASSERT_EQ(keys.Erase({value}), model.erase(value) != 0);
    }
  }
  for (uint64_t value = 0; value < 1024; ++value) {
    EXPECT_EQ(keys.Contains({value}), model.count(value) != 0);
  }
}

TEST(KeySetTest, SaysThatMemoryEnded) {
  Arena arena;
  arena.FailGrowthAfter(1);
  KeySet keys(arena);

  EXPECT_EQ(keys.Insert({1}), KeySet::InsertResult::kOutOfMemory);
  EXPECT_FALSE(keys.Contains({1}));
}

}  // namespace
}  // namespace lockdep::internal
