#include "mm_model/requirement.h"

#include <gtest/gtest.h>

namespace mm_model {
namespace {

TEST(RequirementTest, ReadsAlternativesOfConditions) {
  const ParsedRequirement parsed = ParseRequirement("mmap:write & vma:read | detached");
  ASSERT_EQ(parsed.error, nullptr);
  ASSERT_EQ(parsed.requirement.count, 2u);
  const Alternative& first = parsed.requirement.items[0];
  ASSERT_EQ(first.count, 2u);
  EXPECT_EQ(first.items[0], (Condition{Term::kMmap, HoldMode::kWrite}));
  EXPECT_EQ(first.items[1], (Condition{Term::kVma, HoldMode::kRead}));
  const Alternative& second = parsed.requirement.items[1];
  ASSERT_EQ(second.count, 1u);
  EXPECT_EQ(second.items[0], (Condition{Term::kDetached, HoldMode::kState}));
}

TEST(RequirementTest, BlanksDoNotMatter) {
  const ParsedRequirement tight = ParseRequirement("mmap:write&vma:write|new");
  const ParsedRequirement wide = ParseRequirement("  mmap:write  &  vma:write |  new ");
  ASSERT_EQ(tight.error, nullptr);
  ASSERT_EQ(wide.error, nullptr);
  EXPECT_EQ(tight.requirement.count, wide.requirement.count);
  EXPECT_EQ(tight.requirement.items[0].count, wide.requirement.items[0].count);
}

struct Malformed {
  const char* text;
  const char* error;
  size_t offset;
};

class MalformedRequirementTest : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedRequirementTest, IsRefusedWithTheReasonAndThePlace) {
  const ParsedRequirement parsed = ParseRequirement(GetParam().text);
  ASSERT_NE(parsed.error, nullptr) << GetParam().text;
  EXPECT_STREQ(parsed.error, GetParam().error);
  EXPECT_EQ(parsed.offset, GetParam().offset);
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedRequirementTest,
    testing::Values(
        Malformed{"", "a condition is missing", 0},
        Malformed{"mmap:write &", "a condition is missing", 12},
        Malformed{"mmap:write || new", "a condition is missing", 12},
        Malformed{"mmap:write & vmo:write", "no such lock or state", 13},
        Malformed{"mmap", "a lock is followed by ':read' or ':write'", 0},
        Malformed{"new | mmap:both", "a lock is followed by ':read' or ':write'", 6},
        Malformed{"new:read", "a state takes no ':read' or ':write'", 0},
        Malformed{"mmap:write vma:write", "a lock is followed by ':read' or ':write'", 0},
        Malformed{"new & new & new & new & new", "too many conditions in one alternative", 24},
        Malformed{"new|new|new|new|new|new|new|new|new", "too many alternatives", 28}));

TEST(RequirementTest, EveryTermHasItsWord) {
  EXPECT_EQ(WordOf(Term::kMmap), "mmap");
  EXPECT_EQ(WordOf(Term::kUnreachable), "unreachable");
}

}  // namespace
}  // namespace mm_model
