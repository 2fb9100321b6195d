#include "hooks/shadow.h"

#include "gtest/gtest.h"

namespace lockdep::hooks {
namespace {

class ShadowTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(shadow_.Map()); }

  Shadow shadow_;
};

TEST_F(ShadowTest, KnowsNothingAtFirst) {
  EXPECT_EQ(shadow_.Find(0), nullptr);
  EXPECT_EQ(shadow_.Find(0x7fff12345678), nullptr);
}

TEST_F(ShadowTest, FindsWhatWasMade) {
  Shadow::Slot* slot = shadow_.FindOrMake(0x7fff12345678);

  ASSERT_NE(slot, nullptr);
  EXPECT_EQ(shadow_.Find(0x7fff12345678), slot);
  EXPECT_EQ(shadow_.FindOrMake(0x7fff12345678), slot);
  EXPECT_EQ(slot->load(), nullptr);
}

TEST_F(ShadowTest, OneGranuleHasOneSlot) {
  Shadow::Slot* slot = shadow_.FindOrMake(0x1000);

  EXPECT_EQ(shadow_.Find(0x1000 + Shadow::kGranule - 1), slot);
  EXPECT_EQ(shadow_.Find(0x1000 + Shadow::kGranule), slot + 1);
}

TEST_F(ShadowTest, NeighboursAcrossALeafAreApart) {
  constexpr uintptr_t kBorder = uintptr_t{5} << 24;
  Shadow::Slot* below = shadow_.FindOrMake(kBorder - 1);
  Shadow::Slot* above = shadow_.FindOrMake(kBorder);

  ASSERT_TRUE(below != nullptr && above != nullptr);
  EXPECT_NE(below, above);
  EXPECT_EQ(shadow_.Find(kBorder - 1), below);
}

TEST_F(ShadowTest, ReachesTheWholeUserSpaceAndNotBeyond) {
  constexpr uintptr_t kEnd = uintptr_t{1} << 47;

  EXPECT_NE(shadow_.FindOrMake(0), nullptr);
  EXPECT_NE(shadow_.FindOrMake(kEnd - 1), nullptr);
  EXPECT_EQ(shadow_.FindOrMake(kEnd), nullptr);
  EXPECT_EQ(shadow_.Find(~uintptr_t{0}), nullptr);
}

}  // namespace
}  // namespace lockdep::hooks
