#include "lockdep/context_reach.h"

#include <random>

#include "gtest/gtest.h"
#include "lockdep/cycle_search.h"

namespace lockdep {
namespace {

constexpr ClassId kA{1}, kB{2}, kC{3}, kD{4};
constexpr ContextSet kOne = 1, kTwo = 2;

class ContextReachTest : public ::testing::Test {
 protected:
  void Reserve(uint32_t classes, ClassId left_out = ClassId::kNone) {
    for (; classes_ < classes; ++classes_) {
      const ClassId id{classes_ + 1};
      const LockRole role = id == left_out ? LockRole::kPerCpu : LockRole::kLock;
      left_out_ = left_out;
      EXPECT_TRUE(enabled_.Reserve(id, role));
      EXPECT_TRUE(used_.Reserve(id, role));
    }
  }

  void AddEdge(ClassId from, ClassId to, DependencyKind kind) {
    Witness witness{};
    witness.kind = kind;
    Dependency* edge = graph_.Add(from, to);
    graph_.AddWitness(*edge, witness);
    enabled_.AddEdge(graph_, *edge);
    used_.AddEdge(graph_, *edge);
  }

  void AddUsage(ClassId id, UsageKind kind, ContextSet contexts) {
    const ContextSet fresh = contexts & ~usages_.Get(id)[kind];
    if (fresh == 0) return;
    UsageWitness witness{};
    witness.kind = kind;
    witness.contexts = fresh;
    EXPECT_TRUE(usages_.Add(id, witness));
    (IsUsedKind(kind) ? used_ : enabled_).AddUsage(graph_, id, usages_.Get(id));
  }

  ClassId AnyOf(std::mt19937& random) const {
    return static_cast<ClassId>(random() % classes_ + 1);
  }

  // What a walk of the whole graph meets.
  ContextSet Walk(Direction direction, ClassId id, bool weak) {
    ContextSet met = 0;
    CycleSearch::Path path;
    const auto visit = [&](CycleSearch::State state) {
      if (state.class_id == left_out_) return CycleSearch::Verdict::kLeaveOut;
      const UsageSets usage = usages_.Get(state.class_id);
      met |= direction == Direction::kForwards ? usage.Enabled(state.weak) : usage.Used(state.weak);
      return CycleSearch::Verdict::kGoOn;
    };
    search_.Walk(graph_, {{id, weak}, direction}, classes_, visit, SearchedKinds, &path);
    return met;
  }

  void ExpectWhatWalksMeet() {
    for (uint32_t i = 1; i <= classes_; ++i) {
      for (const bool weak : {false, true}) {
        ASSERT_EQ(enabled_.At(ClassId{i}, weak), Walk(Direction::kForwards, ClassId{i}, weak));
        ASSERT_EQ(used_.At(ClassId{i}, weak), Walk(Direction::kBackwards, ClassId{i}, weak));
      }
    }
  }

  internal::Arena arena_;
  DependencyGraph graph_{arena_};
  UsageTable usages_{arena_};
  CycleSearch search_{arena_};
  ContextReach enabled_{arena_, Direction::kForwards};
  ContextReach used_{arena_, Direction::kBackwards};
  uint32_t classes_ = 0;
  ClassId left_out_ = ClassId::kNone;
};

TEST_F(ContextReachTest, UsagesGoAlongPaths) {
  Reserve(3);
  AddEdge(kA, kB, DependencyKind::kEN);
  AddEdge(kB, kC, DependencyKind::kEN);
  AddUsage(kC, UsageKind::kEnabled, kOne);
  AddUsage(kA, UsageKind::kUsed, kTwo);

  EXPECT_EQ(enabled_.At(kA, false), kOne);
  EXPECT_EQ(enabled_.At(kA, true), kOne);
  EXPECT_EQ(used_.At(kC, false), kTwo);
  EXPECT_EQ(used_.At(kA, false), kTwo);
  EXPECT_EQ(enabled_.At(kC, false), kOne);
}

TEST_F(ContextReachTest, OnlyStrongPathsCount) {
  Reserve(3);
  AddUsage(kC, UsageKind::kEnabled, kOne);
  AddEdge(kA, kB, DependencyKind::kER);
  AddEdge(kB, kC, DependencyKind::kSN);
  EXPECT_EQ(enabled_.At(kA, false), 0u);

  AddEdge(kA, kB, DependencyKind::kEN);
  EXPECT_EQ(enabled_.At(kA, false), kOne);
}

TEST_F(ContextReachTest, NothingGoesThroughWhatOrdersNoContexts) {
  Reserve(3, kB);
  AddUsage(kC, UsageKind::kEnabled, kOne);
  AddEdge(kB, kC, DependencyKind::kEN);
  AddEdge(kA, kB, DependencyKind::kEN);

  EXPECT_EQ(enabled_.At(kA, false), 0u);
  EXPECT_EQ(enabled_.At(kB, false), 0u);
}

TEST_F(ContextReachTest, ClearForgetsAll) {
  Reserve(2);
  AddEdge(kA, kB, DependencyKind::kEN);
  AddUsage(kB, UsageKind::kEnabled, kOne);
  enabled_.Clear();
  EXPECT_EQ(enabled_.At(kA, false), 0u);

  enabled_.AddUsage(graph_, kB, usages_.Get(kB));
  EXPECT_EQ(enabled_.At(kA, false), kOne);
}

TEST_F(ContextReachTest, AgreesWithWalksOverRandomGraphs) {
  std::mt19937 random(3);
  Reserve(12, kD);
  for (int i = 0; i < 400; ++i) {
    const ClassId id = AnyOf(random);
    if (random() % 3 == 0) {
      AddUsage(id, static_cast<UsageKind>(random() % kUsageKinds), ContextSet{1} << random() % 8);
    } else {
      const ClassId to = AnyOf(random);
      if (id != to) AddEdge(id, to, static_cast<DependencyKind>(random() % kDependencyKinds));
    }
    if (i < 100 || i % 20 == 0) ExpectWhatWalksMeet();
  }
}

}  // namespace
}  // namespace lockdep
