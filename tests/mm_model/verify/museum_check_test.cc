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

class MuseumTest : public testing::TestWithParam<const MuseumPiece*> {
 protected:
  const MuseumPiece& piece() const { return *GetParam(); }
};

std::vector<const MuseumPiece*> Pieces(const std::vector<MuseumPiece>& all) {
  std::vector<const MuseumPiece*> pieces;
  for (const MuseumPiece& piece : all) pieces.push_back(&piece);
  return pieces;
}

std::string NameForTest(const testing::TestParamInfo<const MuseumPiece*>& piece) {
  std::string name = piece.param->name;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

TEST_P(MuseumTest, TheBrokenVersionIsFlaggedAndTheMendedOneIsClean) {
  const MuseumVerdict verdict = CheckPiece(piece(), Orders(), kMaxExecutions);
  EXPECT_TRUE(verdict.broken_is_flagged)
      << "expected " << ToString(piece().expected) << ", found " << ToString(verdict.finding.kind)
      << " " << verdict.finding.subject;
  EXPECT_TRUE(verdict.fixed_is_clean)
      << ToString(verdict.fixed_finding.kind) << " " << verdict.fixed_finding.subject;
}

INSTANTIATE_TEST_SUITE_P(Every, MuseumTest, testing::ValuesIn(Pieces(AllMuseumPieces())),
                         NameForTest);

// What the documents name as the reason of a rule comes about in some order of steps,
// and in none when the rule is kept.
class ConsequenceTest : public MuseumTest {};

TEST_P(ConsequenceTest, ComesAboutInAScheduleAndNeverWhenTheRuleIsKept) {
  const MuseumVerdict verdict = CheckPiece(piece(), Orders(), kMaxExecutions);
  EXPECT_TRUE(piece().expected == lockdep::ViolationKind::kDeadlock ||
              piece().expected == lockdep::ViolationKind::kModelCorruption);
  ASSERT_TRUE(verdict.broken_is_flagged) << ToString(verdict.finding.kind);
  EXPECT_TRUE(verdict.schedule.has_value());
  EXPECT_TRUE(verdict.fixed_is_clean)
      << ToString(verdict.fixed_finding.kind) << " " << verdict.fixed_finding.subject;
}

INSTANTIATE_TEST_SUITE_P(Every, ConsequenceTest, testing::ValuesIn(Pieces(AllConsequences())),
                         NameForTest);

TEST(MuseumCollectionTest, EveryPieceIsFoundByItsNameAndIsDescribedInALine) {
  for (const auto* const pieces : {&AllMuseumPieces(), &AllConsequences()}) {
    for (const MuseumPiece& piece : *pieces) {
      EXPECT_EQ(FindScenario(piece.name), &piece.broken) << piece.name;
      EXPECT_EQ(FindScenario(piece.fixed.name), &piece.fixed) << piece.name;
      EXPECT_LE(std::string(piece.broken.description).size(), 130u) << piece.name;
    }
  }
}

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
