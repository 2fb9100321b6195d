#include "lockdep/order/order_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace lockdep::order {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

absl::StatusOr<OrderSet> TryUnite(const std::vector<std::string>& texts) {
  std::vector<OrderFile> files;
  for (const std::string& text : texts) {
    files.push_back(ParseOrderFile(absl::StrCat(files.size() + 1, ".order"), text).value());
  }
  return OrderSet::Make(std::move(files));
}

OrderSet Unite(const std::vector<std::string>& texts) {
  absl::StatusOr<OrderSet> set = TryUnite(texts);
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? *std::move(set) : OrderSet();
}

// "a -> b" of every enforced pair.
std::vector<std::string> Enforced(const OrderSet& set) {
  std::vector<std::string> pairs;
  for (const DeclaredArc& arc : set.declared_order()) {
    pairs.push_back(absl::StrCat(arc.from, " -> ", arc.to));
  }
  return pairs;
}

// The declaration of each enforced pair.
std::map<std::string, std::string> Declarations(const OrderSet& set) {
  std::map<std::string, std::string> declarations;
  for (const DeclaredArc& arc : set.declared_order()) {
    declarations[absl::StrCat(arc.from, " -> ", arc.to)] = arc.declaration;
  }
  return declarations;
}

TEST(OrderSetTest, AnEmptySetDeclaresNothing) {
  EXPECT_THAT(OrderSet().declared_order(), IsEmpty());
  EXPECT_THAT(Unite({}).declared_order(), IsEmpty());
  EXPECT_THAT(Unite({"# nothing\n"}).declared_order(), IsEmpty());
}

TEST(OrderSetTest, WhatFollowsIsEnforcedToo) {
  EXPECT_THAT(Enforced(Unite({"a -> b\nb -> c\n"})),
              UnorderedElementsAre("a -> b", "b -> c", "a -> c"));
}

TEST(OrderSetTest, WhatFollowsAcrossFilesIsEnforcedToo) {
  EXPECT_THAT(Enforced(Unite({"a -> b\n", "b -> c\n"})),
              UnorderedElementsAre("a -> b", "b -> c", "a -> c"));
}

TEST(OrderSetTest, AnArcNamesItsLineAndAnImpliedPairTwo) {
  const OrderSet set =
      Unite({"source \"mm/x.c\"\na -> b  @7  # at f\nb -> c @8\nc -> d @9 # at g\n"});

  EXPECT_THAT(Declarations(set),
              UnorderedElementsAre(
                  Pair("a -> b", "mm/x.c:7: a -> b (at f)"), Pair("b -> c", "mm/x.c:8: b -> c"),
                  Pair("c -> d", "mm/x.c:9: c -> d (at g)"),
                  Pair("a -> c", "mm/x.c:7: a -> b (at f), then mm/x.c:8: b -> c"),
                  Pair("a -> d", "mm/x.c:7: a -> b (at f), then mm/x.c:9: c -> d (at g)"),
                  Pair("b -> d", "mm/x.c:8: b -> c, then mm/x.c:9: c -> d (at g)")));
}

TEST(OrderSetTest, AnArcTakesPrecedenceOverWhatOthersImply) {
  EXPECT_EQ(Declarations(Unite({"a -> b\nb -> c\n", "a -> c # said\n"}))["a -> c"],
            "2.order:1: a -> c (said)");
}

TEST(OrderSetTest, TheFirstOfTwoLikeArcsSpeaks) {
  const OrderSet set = Unite({"a -> b # one\na -> b # two\n"});

  EXPECT_THAT(Declarations(set), ElementsAre(Pair("a -> b", "1.order:1: a -> b (one)")));
  EXPECT_THAT(set.declared_order(), SizeIs(1));
}

TEST(OrderSetTest, TwoFilesThatContradictEachOtherAreAConflictAndNeitherIsEnforced) {
  const OrderSet set = Unite({"a -> b # one\n", "\nb -> a # two\n"});

  ASSERT_THAT(set.conflicts(), SizeIs(1));
  const Conflict& conflict = set.conflicts()[0];
  EXPECT_THAT(conflict.locks, ElementsAre("a", "b"));
  ASSERT_THAT(conflict.arcs, SizeIs(2));
  EXPECT_EQ(conflict.arcs[0].file->path, "1.order");
  EXPECT_EQ(conflict.arcs[0].arc->line, 1);
  EXPECT_EQ(conflict.arcs[1].file->path, "2.order");
  EXPECT_EQ(conflict.arcs[1].arc->line, 2);
  EXPECT_TRUE(set.IsInConflict(*conflict.arcs[0].arc));
  EXPECT_THAT(set.declared_order(), IsEmpty());
}

TEST(OrderSetTest, ATreeKeepsWhatItSaysAcrossAnArcInConflict) {
  const OrderSet set = Unite({"z -> a\na -> b\nb -> c\n", "b -> a\n"});

  EXPECT_THAT(Enforced(set),
              UnorderedElementsAre("z -> a", "b -> c", "z -> b", "z -> c", "a -> c"));
  EXPECT_FALSE(set.IsInConflict(set.files()[0].sections[0].arcs[0]));
  EXPECT_TRUE(set.IsInConflict(set.files()[0].sections[0].arcs[1]));
}

TEST(OrderSetTest, NothingFollowsAcrossSectionsFromAnArcInConflict) {
  const OrderSet set =
      Unite({"source \"S\"\nz -> a\nsource \"S\"\na -> b\nsource \"S\"\nb -> c\n", "b -> a\n"});

  EXPECT_THAT(Enforced(set), UnorderedElementsAre("z -> a", "b -> c"));
}

TEST(OrderSetTest, AConflictMayRunOverSeveralLocksAndFiles) {
  const OrderSet set = Unite({"a -> b\nx -> a\n", "b -> c\n", "c -> a\nc -> y\n"});

  ASSERT_THAT(set.conflicts(), SizeIs(1));
  EXPECT_THAT(set.conflicts()[0].locks, ElementsAre("a", "b", "c"));
  EXPECT_THAT(set.conflicts()[0].arcs, SizeIs(3));
  EXPECT_THAT(Enforced(set), UnorderedElementsAre("x -> a", "x -> b", "c -> y"));
}

TEST(OrderSetTest, ConflictsThatShareNoLockAreTwo) {
  const OrderSet set = Unite({"a -> b\nb -> a\nb -> c\nc -> d\nd -> c\n"});

  ASSERT_THAT(set.conflicts(), SizeIs(2));
  EXPECT_THAT(set.conflicts()[0].locks, ElementsAre("a", "b"));
  EXPECT_THAT(set.conflicts()[1].locks, ElementsAre("c", "d"));
  EXPECT_THAT(Enforced(set), UnorderedElementsAre("b -> c", "a -> c", "a -> d", "b -> d"));
}

TEST(OrderSetTest, AStaleArcIsNotEnforcedAndContradictsNothing) {
  const OrderSet set = Unite({"a -> b stale\nb -> c\n", "b -> a\n"});

  EXPECT_THAT(set.conflicts(), IsEmpty());
  EXPECT_THAT(Enforced(set), UnorderedElementsAre("b -> c", "b -> a", "a -> c"));
}

TEST(OrderSetTest, WhatATreeSaysAcrossAStaleArcCanBeContradicted) {
  const OrderSet set = Unite({"a -> b stale\nb -> c\n", "c -> a\n"});

  ASSERT_THAT(set.conflicts(), SizeIs(1));
  EXPECT_THAT(set.conflicts()[0].locks, ElementsAre("a", "c"));
  EXPECT_THAT(set.conflicts()[0].arcs, SizeIs(3));
  EXPECT_THAT(Enforced(set), UnorderedElementsAre("b -> c"));
  EXPECT_FALSE(set.IsInConflict(set.files()[0].sections[0].arcs[1]));
}

TEST(OrderSetTest, AStaleArcWithdrawsThePairWhoeverElseSaysIt) {
  EXPECT_THAT(Enforced(Unite({"a -> b\n", "a -> b stale\n"})), IsEmpty());
  EXPECT_THAT(Enforced(Unite({"a -> b\nb -> c\n", "a -> c stale\n"})),
              UnorderedElementsAre("a -> b", "b -> c"));
}

TEST(OrderSetTest, SpellingsOfOneLockAreEnforcedAlike) {
  EXPECT_THAT(Enforced(Unite({"alias a = A = &a\na -> b\n"})),
              UnorderedElementsAre("a -> b", "A -> b", "&a -> b"));
}

TEST(OrderSetTest, ArcsMayUseAnySpellingInAnyFile) {
  const OrderSet set = Unite({"A -> b\n", "alias a = A\nalias A = aa\n", "b -> c\nc -> aa\n"});

  ASSERT_THAT(set.conflicts(), SizeIs(1));
  EXPECT_THAT(set.conflicts()[0].locks, ElementsAre("a", "b", "c"));
}

TEST(OrderSetTest, TwoNamesThatAnAliasUnitesCannotBeOrdered) {
  EXPECT_THAT(std::string(TryUnite({"\na -> b\n", "alias a = b\n"}).status().message()),
              StartsWith("1.order:2: orders a before b, which an alias makes the same lock"));
}

TEST(OrderSetTest, AMovedSetKeepsItsStorage) {
  OrderSet first = Unite({"a -> b\n"});
  const char* name = first.declared_order()[0].from;

  OrderSet second = std::move(first);

  EXPECT_EQ(second.declared_order()[0].from, name);
  EXPECT_EQ(second.arcs()[0].arc, &second.files()[0].sections[0].arcs[0]);
}

TEST(OrderSetTest, AnOrderThatImpliesTooMuchIsRefused) {
  std::string chain;
  for (int i = 0; i < 1500; ++i) absl::StrAppend(&chain, "n", i, " -> n", i + 1, "\n");

  EXPECT_THAT(std::string(TryUnite({chain}).status().message()),
              HasSubstr("1.order:1: the order that begins here implies more than 1000000 pairs"));
}

TEST(OrderSetTest, TooManySpellingsAreRefused) {
  std::string text;
  for (int i = 0; i < 1100; ++i) {
    absl::StrAppend(&text, "alias a = a", i, "\nalias b = b", i, "\n");
  }

  EXPECT_THAT(std::string(TryUnite({text + "a -> b\n"}).status().message()),
              HasSubstr("1.order:2201: the order that begins here implies more than"));
}

// The oracle: a matrix of what follows from what, by Warshall's algorithm.
using Matrix = std::vector<std::vector<bool>>;

Matrix Reachable(Matrix matrix) {
  const size_t n = matrix.size();
  for (size_t k = 0; k < n; ++k) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        if (matrix[i][k] && matrix[k][j]) matrix[i][j] = true;
      }
    }
  }
  return matrix;
}

std::set<std::string> PairsOneWay(const Matrix& reachable) {
  std::set<std::string> pairs;
  for (size_t i = 0; i < reachable.size(); ++i) {
    for (size_t j = 0; j < reachable.size(); ++j) {
      if (reachable[i][j] && !reachable[j][i]) pairs.insert(absl::StrCat(i, " -> ", j));
    }
  }
  return pairs;
}

TEST(OrderSetPropertyTest, OneSectionIsEnforcedExactlyWhereItDoesNotContradictItself) {
  std::mt19937 random(20240612);
  for (int round = 0; round < 300; ++round) {
    const size_t locks = 2 + random() % 12;
    Matrix matrix(locks, std::vector<bool>(locks));
    std::string text;
    for (size_t i = 0; i < locks + random() % 8; ++i) {
      const size_t from = random() % locks;
      const size_t to = random() % locks;
      if (from == to) continue;
      matrix[from][to] = true;
      absl::StrAppend(&text, from, " -> ", to, "\n");
    }
    SCOPED_TRACE(text);

    const std::vector<std::string> enforced = Enforced(Unite({text}));

    const std::set<std::string> unique(enforced.begin(), enforced.end());
    EXPECT_EQ(unique, PairsOneWay(Reachable(matrix)));
    EXPECT_EQ(unique.size(), enforced.size());
  }
}

}  // namespace
}  // namespace lockdep::order
