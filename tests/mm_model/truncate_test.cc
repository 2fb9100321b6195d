// Truncation: what it leaves behind, alone and against faults.

#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using A = AddressSpace;
using testing::IsEmpty;

class TruncateTest : public ModelTest {
 protected:
  void SetUp() override {
    Alone([this] {
      mm_model::SetUp(space_);
      for (unsigned long page = 0; page < A::kPages; ++page) {
        AccessUser(space_.mm, A::kShared + page * PAGE_SIZE, Access::kWrite);
        AccessUser(space_.mm, A::kPrivate + page * PAGE_SIZE, Access::kWrite);
      }
    });
  }
  void TearDown() override { EXPECT_THAT(Findings(), IsEmpty()); }

  address_space& Mapping() const { return *space_.data->f_mapping; }

  A space_;
};

TEST_F(TruncateTest, PagesBeyondTheNewEndGoFromCacheAndMappings) {
  folio* const gone = PeekPte(*space_.mm, A::kShared + PAGE_SIZE).page;
  folio* const kept = PeekPte(*space_.mm, A::kShared).page;
  Alone([&] { do_truncate(space_.data, PAGE_SIZE); });

  EXPECT_EQ(gone->mapping.peek(), nullptr);
  EXPECT_EQ(gone->mapcount.peek(), 0);
  EXPECT_EQ(kept->mapping.peek(), &Mapping());
  EXPECT_EQ(Mapping().nrpages.peek(), 1u);
  EXPECT_EQ(Mapping().i_pages.peek().size(), 1u);
  EXPECT_TRUE(PeekPte(*space_.mm, A::kShared).present());
  EXPECT_TRUE(PeekPte(*space_.mm, A::kShared + PAGE_SIZE).none());
}

TEST_F(TruncateTest, PrivateCopiesGoToo) {
  Alone([&] { do_truncate(space_.data, PAGE_SIZE); });
  EXPECT_TRUE(PeekPte(*space_.mm, A::kPrivate).present());
  EXPECT_TRUE(PeekPte(*space_.mm, A::kPrivate + PAGE_SIZE).none());
}

TEST_F(TruncateTest, AHoleTakesItsPagesAndLeavesTheSize) {
  Alone([&] { madvise_remove(space_.mm, A::kShared + PAGE_SIZE, PAGE_SIZE); });
  EXPECT_TRUE(PeekPte(*space_.mm, A::kShared + PAGE_SIZE).none());
  EXPECT_TRUE(PeekPte(*space_.mm, A::kPrivate + PAGE_SIZE).none());
  EXPECT_TRUE(PeekPte(*space_.mm, A::kShared + 2 * PAGE_SIZE).present());
  EXPECT_EQ(Mapping().nrpages.peek(), A::kPages - 1);
  EXPECT_EQ(space_.data->f_inode->i_size.peek(), A::kBytes);
  Alone([&] { EXPECT_TRUE(AccessUser(space_.mm, A::kShared + PAGE_SIZE, Access::kRead)); });
}

TEST_F(TruncateTest, TablesAndVmasStay) {
  Alone([&] { do_truncate(space_.data, 0); });
  EXPECT_NE(PeekPteTable(*space_.mm, A::kShared), nullptr);
  EXPECT_EQ(space_.mm->map_count.peek(), 3);
  EXPECT_EQ(Mapping().i_mmap.peek().size(), 2u);
}

TEST_F(TruncateTest, WhatIsBeyondTheEndCannotBeAccessedAnyMore) {
  Alone([&] {
    do_truncate(space_.data, PAGE_SIZE);
    EXPECT_TRUE(AccessUser(space_.mm, A::kShared, Access::kWrite));
    EXPECT_FALSE(AccessUser(space_.mm, A::kShared + PAGE_SIZE, Access::kRead));
    EXPECT_FALSE(AccessUser(space_.mm, A::kPrivate + PAGE_SIZE, Access::kWrite));
  });
}

TEST_F(TruncateTest, WhateverFaultsDoMeanwhileNothingBeyondTheEndStaysMapped) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    A space;
    Alone([&] { mm_model::SetUp(space); });
    RandomOrder strategy(seed);
    const ExecutionResult result = Together({[&] {
                                               AccessUser(space.mm, A::kShared, Access::kWrite);
                                               AccessUser(space.mm, A::kPrivate, Access::kWrite);
                                             },
                                             [&] { do_truncate(space.data, 0); }},
                                            &strategy);
    ASSERT_EQ(result.outcome, Outcome::kCompleted) << "seed " << seed;
    ASSERT_TRUE(PeekPte(*space.mm, A::kShared).none()) << "seed " << seed;
    ASSERT_EQ(space.data->f_mapping->nrpages.peek(), 0u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace mm_model
