#include "lockdep/cycle_search.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace lockdep {
namespace {

constexpr ClassId kA{1}, kB{2}, kC{3}, kD{4};
constexpr uint32_t kClasses = 4;

class CycleSearchTest : public ::testing::Test {
 protected:
  Dependency& Add(ClassId from, DependencyKind kind, ClassId to) {
    Dependency* edge = graph_.Add(from, to);
    const bool exclusive = kind == DependencyKind::kER || kind == DependencyKind::kEN;
    const bool recursive = kind == DependencyKind::kSR || kind == DependencyKind::kER;
    Witness witness{};
    witness.kind = kind;
    witness.from_mode = exclusive ? ReadMode::kWrite : ReadMode::kRead;
    witness.to_mode = recursive ? ReadMode::kRecursiveRead : ReadMode::kWrite;
    graph_.AddWitness(*edge, witness);
    return *edge;
  }

  std::vector<ClassId> Path(const CycleSearch::Query& query) {
    std::vector<ClassId> classes;
    for (const Dependency* edge : search_.FindPath(graph_, query, kClasses)) {
      classes.push_back(edge->to);
    }
    graph_.CheckInvariants();
    return classes;
  }

  internal::Arena arena_;
  DependencyGraph graph_{arena_};
  CycleSearch search_{arena_};
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(CycleSearchTest, FindsTheShortestPath) {
  Add(kA, DependencyKind::kEN, kB);
  Add(kB, DependencyKind::kEN, kC);
  Add(kC, DependencyKind::kEN, kD);
  Add(kB, DependencyKind::kEN, kD);

  EXPECT_THAT(Path({.start = kA, .goal = kD, .goal_exclusive = true}), ElementsAre(kB, kD));
  EXPECT_THAT(Path({.start = kD, .goal = kA, .goal_exclusive = true}), IsEmpty());
}

TEST_F(CycleSearchTest, RecursiveReaderThenReaderIsNotStrong) {
  Add(kA, DependencyKind::kER, kB);
  Add(kB, DependencyKind::kSN, kC);

  EXPECT_THAT(Path({.start = kA, .goal = kC, .goal_exclusive = true}), IsEmpty());
}

TEST_F(CycleSearchTest, RecursiveReaderThenWriterIsStrong) {
  Add(kA, DependencyKind::kER, kB);
  Add(kB, DependencyKind::kEN, kC);

  EXPECT_THAT(Path({.start = kA, .goal = kC, .goal_exclusive = true}), ElementsAre(kB, kC));
}

TEST_F(CycleSearchTest, TheSecondWayThroughAClassMayBeTheStrongOne) {
  Add(kA, DependencyKind::kER, kB);  // Arrives first, by recursive read.
  Add(kA, DependencyKind::kEN, kC);
  Add(kC, DependencyKind::kEN, kB);  // Arrives later, but may go on as a reader.
  Add(kB, DependencyKind::kSN, kD);

  EXPECT_THAT(Path({.start = kA, .goal = kD, .goal_exclusive = true}), ElementsAre(kC, kB, kD));
}

TEST_F(CycleSearchTest, AReadHeldGoalIsNotBlockedByARecursiveArrival) {
  Add(kA, DependencyKind::kER, kB);

  EXPECT_THAT(Path({.start = kA, .goal = kB, .goal_exclusive = false}), IsEmpty());
  EXPECT_THAT(Path({.start = kA, .goal = kB, .goal_exclusive = true}), ElementsAre(kB));
}

TEST_F(CycleSearchTest, ARecursiveStartNeedsAWriter) {
  Add(kA, DependencyKind::kSN, kB);

  EXPECT_THAT(Path({.start = kA, .start_recursive = true, .goal = kB, .goal_exclusive = true}),
              IsEmpty());
}

TEST_F(CycleSearchTest, ReportedKindsAreLeftOut) {
  Add(kA, DependencyKind::kSN, kB);
  Add(kA, DependencyKind::kEN, kB).reported = MaskOf(DependencyKind::kEN);

  EXPECT_THAT(Path({.start = kA, .goal = kB, .goal_exclusive = true}), ElementsAre(kB));
  EXPECT_THAT(Path({.start = kA, .start_recursive = true, .goal = kB, .goal_exclusive = true}),
              IsEmpty());
}

TEST_F(CycleSearchTest, SearchesDoNotDisturbEachOther) {
  Add(kA, DependencyKind::kEN, kB);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THAT(Path({.start = kA, .goal = kB, .goal_exclusive = true}), ElementsAre(kB));
    EXPECT_THAT(Path({.start = kB, .goal = kA, .goal_exclusive = true}), IsEmpty());
  }
}

}  // namespace
}  // namespace lockdep
