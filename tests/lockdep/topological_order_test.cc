#include "lockdep/topological_order.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "lockdep/cycle_search.h"

namespace lockdep {
namespace {

constexpr ClassId kA{1}, kB{2}, kC{3};

// Does for each new kind of dependency what the validator does: one that closes a
// cycle is left out of searches.
class TopologicalOrderTest : public ::testing::Test {
 protected:
  bool Insert(ClassId from, ClassId to, DependencyKind kind) {
    const uint32_t last = std::max(static_cast<uint32_t>(from), static_cast<uint32_t>(to));
    for (; classes_ < last; ++classes_) EXPECT_TRUE(order_.Reserve(ClassId{classes_ + 1}));
    Dependency* edge = graph_.Add(from, to);
    Witness witness = WitnessOf(kind);
    if (!graph_.AddWitness(*edge, witness)) return (edge->reported & MaskOf(kind)) == 0;
    const bool inserted = order_.Insert(graph_, from, to, kind);
    EXPECT_EQ(inserted, !ClosesCycle(*edge, kind));
    if (!inserted) edge->reported |= MaskOf(kind);
    return inserted;
  }

  static Witness WitnessOf(DependencyKind kind) {
    const bool exclusive = (MaskOf(kind) & kSharedKinds) == 0;
    const bool recursive = (MaskOf(kind) & kNonRecursiveKinds) == 0;
    Witness witness{};
    witness.kind = kind;
    witness.from_mode = exclusive ? ReadMode::kWrite : ReadMode::kRead;
    witness.to_mode = recursive ? ReadMode::kRecursiveRead : ReadMode::kWrite;
    return witness;
  }

  // What a search of the whole graph says.
  bool ClosesCycle(const Dependency& edge, DependencyKind kind) {
    const CycleSearch::Query query{
        .start = edge.to,
        .start_recursive = (MaskOf(kind) & kNonRecursiveKinds) == 0,
        .goal = edge.from,
        .goal_exclusive = (MaskOf(kind) & kSharedKinds) == 0,
    };
    return !search_.FindPath(graph_, query, classes_).empty();
  }

  // Random dependencies among some classes; returns how many closed a cycle.
  int InsertRandomly(uint32_t classes, int count, bool readers) {
    int refused = 0;
    for (int i = 0; i < count; ++i) {
      const auto from = static_cast<ClassId>(random_() % classes + 1);
      const auto to = static_cast<ClassId>(random_() % classes + 1);
      const auto kind =
          readers ? static_cast<DependencyKind>(random_() % kDependencyKinds) : DependencyKind::kEN;
      if (from != to && !Insert(from, to, kind)) ++refused;
      order_.CheckInvariants(graph_);
    }
    return refused;
  }

  internal::Arena arena_;
  DependencyGraph graph_{arena_};
  CycleSearch search_{arena_};
  TopologicalOrder order_{arena_};
  uint32_t classes_ = 0;
  std::mt19937 random_{11};
};

TEST_F(TopologicalOrderTest, RefusesWhatClosesACycle) {
  EXPECT_TRUE(Insert(kB, kC, DependencyKind::kEN));
  EXPECT_TRUE(Insert(kA, kB, DependencyKind::kEN));
  EXPECT_TRUE(Insert(kA, kC, DependencyKind::kEN));
  EXPECT_FALSE(Insert(kC, kA, DependencyKind::kEN));
  order_.CheckInvariants(graph_);
}

TEST_F(TopologicalOrderTest, WhatWasRefusedHidesNoOtherCycle) {
  EXPECT_TRUE(Insert(kA, kB, DependencyKind::kEN));
  EXPECT_FALSE(Insert(kB, kA, DependencyKind::kEN));
  // With what was refused in the order, this one would close a cycle, too.
  EXPECT_TRUE(Insert(kC, kA, DependencyKind::kEN));
  EXPECT_FALSE(Insert(kB, kC, DependencyKind::kEN));
  order_.CheckInvariants(graph_);
}

TEST_F(TopologicalOrderTest, RecursiveReadersMayGoRound) {
  EXPECT_TRUE(Insert(kA, kB, DependencyKind::kSR));
  EXPECT_TRUE(Insert(kB, kA, DependencyKind::kSR));
  // A reader that recurses meets a holder that only reads.
  EXPECT_TRUE(Insert(kA, kB, DependencyKind::kSN));
  // Nothing is left that would not block: B exclusive, and A waits for it.
  EXPECT_FALSE(Insert(kB, kA, DependencyKind::kEN));
  order_.CheckInvariants(graph_);
}

TEST_F(TopologicalOrderTest, ALongChainComesInAnySequence) {
  constexpr uint32_t kLength = 400;
  std::vector<uint32_t> links;
  for (uint32_t i = 1; i < kLength; ++i) links.push_back(i);
  std::shuffle(links.begin(), links.end(), random_);
  for (const uint32_t link : links) {
    EXPECT_TRUE(Insert(ClassId{link}, ClassId{link + 1}, DependencyKind::kEN));
  }
  order_.CheckInvariants(graph_);
  EXPECT_FALSE(Insert(ClassId{kLength}, ClassId{1}, DependencyKind::kEN));
}

TEST_F(TopologicalOrderTest, AgreesWithTheSearchOverRandomDependencies) {
  for (const uint32_t classes : {3, 8, 30, 100}) {
    EXPECT_GT(InsertRandomly(classes, 1500, false), 0);
  }
}

TEST_F(TopologicalOrderTest, AgreesWithTheSearchOverRandomDependenciesOfReaders) {
  for (const uint32_t classes : {3, 8, 30, 100}) {
    EXPECT_GT(InsertRandomly(classes, 1500, true), 0);
  }
}

TEST_F(TopologicalOrderTest, AnOrderThatGaveUpTellsNothing) {
  EXPECT_TRUE(Insert(kA, kB, DependencyKind::kEN));
  order_.GiveUp();
  EXPECT_FALSE(order_.Insert(graph_, kA, kB, DependencyKind::kEN));
  order_.CheckInvariants(graph_);
}

}  // namespace
}  // namespace lockdep
