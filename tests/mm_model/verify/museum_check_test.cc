#include "mm_model/verify/museum_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "mm_model/recorded_session.h"

namespace mm_model {
namespace {

constexpr uint64_t kMaxExecutions = 3000;

lockdep::DeclaredOrder Orders() {
  static const auto& orders = *new lockdep::order::OrderSet(*LoadDeclaredOrder());
  return orders.declared_order();
}

class MuseumTest : public testing::TestWithParam<size_t> {
 protected:
  const MuseumPiece& piece() const { return AllMuseumPieces()[GetParam()]; }
};

TEST_P(MuseumTest, TheBrokenVersionIsFlaggedAndTheMendedOneIsClean) {
  const MuseumVerdict verdict = CheckPiece(piece(), Orders(), kMaxExecutions);
  EXPECT_TRUE(verdict.broken_is_flagged)
      << "expected " << ToString(piece().expected) << ", found " << ToString(verdict.finding.kind)
      << " " << verdict.finding.subject;
  EXPECT_TRUE(verdict.fixed_is_clean)
      << ToString(verdict.fixed_finding.kind) << " " << verdict.fixed_finding.subject;
}

INSTANTIATE_TEST_SUITE_P(Every, MuseumTest, testing::Range<size_t>(0, AllMuseumPieces().size()),
                         [](const testing::TestParamInfo<size_t>& piece) {
                           std::string name = AllMuseumPieces()[piece.param].name;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST(MuseumCollectionTest, HasFortyPiecesWithNamesOfTheirOwnAndReferences) {
  std::set<std::string> names;
  for (const MuseumPiece& piece : AllMuseumPieces()) {
    EXPECT_TRUE(names.insert(piece.name).second) << piece.name;
    EXPECT_STRNE(piece.reference, "") << piece.name;
    EXPECT_EQ(piece.broken.prepare, piece.fixed.prepare) << piece.name;
  }
  EXPECT_GE(names.size(), 40u);
}

TEST(MuseumCollectionTest, APieceThatIsNotBrokenIsNotFlagged) {
  MuseumPiece piece = AllMuseumPieces().front();
  piece.broken = piece.fixed;
  EXPECT_FALSE(CheckPiece(piece, Orders(), kMaxExecutions).broken_is_flagged);
}

TEST(MuseumCollectionTest, APieceThatWasNotMendedIsNotClean) {
  MuseumPiece piece = AllMuseumPieces().front();
  piece.fixed = piece.broken;
  EXPECT_FALSE(CheckPiece(piece, Orders(), kMaxExecutions).fixed_is_clean);
}

}  // namespace
}  // namespace mm_model
