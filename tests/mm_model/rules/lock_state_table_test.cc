#include "mm_model/rules/lock_state_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace mm_model {
namespace {

using testing::HasSubstr;

// process_addrs.rst, "Lock usage": the locks held, then whether the VMA is
// stable, may be read, may be written for the most part, may be written.
struct DocumentedRow {
  std::string_view mmap;
  std::string_view vma;
  std::string_view rmap;
  std::string_view rights;
};
constexpr DocumentedRow kDocumented[] = {
    {"-", "-", "-", "NNNN"},         {"-", "R", "-", "YYNN"},   {"-", "-", "R/W", "YYNN"},
    {"R/W", "-/R", "-/R/W", "YYNN"}, {"W", "W", "-/R", "YYYN"}, {"W", "W", "W", "YYYY"},
};

// The same section: which ways of holding the mmap lock exclude each other.
constexpr Exclusivity kDocumentedExclusivity = {{
    {false, false, true},  // Read
    {false, true, true},   // Downgraded
    {true, true, true},    // Write
}};

bool Covers(const DocumentedRow& row, const LockState& state) {
  const auto has = [](std::string_view holds, Hold hold) {
    return holds.find(ToString(hold)) != holds.npos;
  };
  return has(row.mmap, state.mmap) && has(row.vma, state.vma) && has(row.rmap, state.rmap);
}

std::string RightsOf(const LockStateRow& row) {
  std::string rights;
  for (const bool right : {row.stable, row.read, row.write_most, row.write_all}) {
    rights += right ? 'Y' : 'N';
  }
  return rights;
}

std::string Name(const LockState& state) {
  return std::string("mmap ") + ToString(state.mmap) + ", VMA " + ToString(state.vma) + ", rmap " +
         ToString(state.rmap);
}

class LockStateTableTest : public testing::TestWithParam<VmaLockGeneration> {};
INSTANTIATE_TEST_SUITE_P(Generation, LockStateTableTest,
                         testing::Values(VmaLockGeneration::kRefcount,
                                         VmaLockGeneration::kSemaphore));

TEST_P(LockStateTableTest, EveryDocumentedStateHasTheRightsOfTheDocument) {
  int documented = 0;
  for (const LockStateRow& row : ComputeLockStates(GetParam())) {
    for (const DocumentedRow& expected : kDocumented) {
      if (!Covers(expected, row.state)) continue;
      ++documented;
      EXPECT_TRUE(row.valid()) << Name(row.state) << ": " << row.broken_rule;
      EXPECT_EQ(RightsOf(row), expected.rights) << Name(row.state);
    }
  }
  EXPECT_EQ(documented, 1 + 1 + 2 + 12 + 2 + 1);
}

TEST_P(LockStateTableTest, AVmaWriteLockWithoutTheMmapWriteLockIsInvalidAndNothingElseIs) {
  for (const LockStateRow& row : ComputeLockStates(GetParam())) {
    const bool invalid = row.state.vma == Hold::kWrite && row.state.mmap != Hold::kWrite;
    EXPECT_EQ(row.valid(), !invalid) << Name(row.state);
    if (invalid) {
      EXPECT_THAT(row.broken_rule, HasSubstr("ST-VW"));
    }
  }
}

TEST_P(LockStateTableTest, AVmaReadLockUnderRmapLocksGivesWhatItGivesAlone) {
  for (const LockStateRow& row : ComputeLockStates(GetParam())) {
    if (row.state.mmap != Hold::kNone || row.state.vma != Hold::kRead) continue;
    EXPECT_EQ(RightsOf(row), "YYNN") << Name(row.state);
  }
}

TEST(ExclusivityTest, IsThatOfTheDocument) {
  EXPECT_EQ(ComputeExclusivity(), kDocumentedExclusivity);
}

}  // namespace
}  // namespace mm_model
