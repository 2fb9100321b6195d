#include "mm_model/rules/order_coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mm_model/recorded_session.h"

namespace mm_model {
namespace {

using testing::Contains;
using testing::Field;
using testing::IsEmpty;
using testing::Not;

OrderCoverage CoverageWith(const ObservedPairs& observed) {
  static const auto& orders = *new lockdep::order::OrderSet(*LoadDeclaredOrder());
  return CoverageOf(orders, observed);
}

const ArcCoverage& ArcOf(const OrderCoverage& coverage, const std::string& from,
                         const std::string& to) {
  for (const ArcCoverage& arc : coverage.arcs) {
    if (arc.from == from && arc.to == to) return arc;
  }
  ADD_FAILURE() << from << " -> " << to;
  return coverage.arcs.front();
}

TEST(OrderCoverageTest, EveryDeclaredArcIsListedWithItsPlaceInTheKernel) {
  const OrderCoverage coverage = CoverageWith({});
  EXPECT_GT(coverage.arcs.size(), 60u);
  for (const ArcCoverage& arc : coverage.arcs) {
    EXPECT_THAT(arc.where, testing::StartsWith("linux-6.12 mm/")) << arc.from;
    EXPECT_THAT(arc.exercised, IsEmpty());
  }
}

TEST(OrderCoverageTest, AContradictionOfTheCommentsIsDisputedAndAnOldArcIsStale) {
  const OrderCoverage coverage = CoverageWith({});
  EXPECT_EQ(ArcOf(coverage, "swap_lock", "mapping->private_lock").status, OrderStatus::kDisputed);
  EXPECT_EQ(ArcOf(coverage, "mapping->private_lock", "swap_lock").status, OrderStatus::kDisputed);
  EXPECT_EQ(ArcOf(coverage, "hugetlbfs_i_mmap_rwsem_key", "vma_start_write").status,
            OrderStatus::kStale);
  EXPECT_EQ(ArcOf(coverage, "pte_lock", "memcg->move_lock").status, OrderStatus::kStale);
  EXPECT_EQ(ArcOf(coverage, "mapping->i_mmap_rwsem", "anon_vma->rwsem").status,
            OrderStatus::kEnforced);
}

TEST(OrderCoverageTest, AnArcIsExercisedDirectlyOrByWayOfOthers) {
  const OrderCoverage coverage =
      CoverageWith({{{"mm->mmap_lock", "vma_start_write"}, "first"},
                    {{"vma_start_write", "mapping->i_mmap_rwsem"}, "second"}});
  EXPECT_EQ(ArcOf(coverage, "vma_start_write", "mapping->i_mmap_rwsem").exercised, "second");
  EXPECT_EQ(ArcOf(coverage, "mm->mmap_lock", "mapping->i_mmap_rwsem").exercised, "second");
  EXPECT_EQ(ArcOf(coverage, "mapping->i_mmap_rwsem", "anon_vma->rwsem").exercised, "");
}

TEST(OrderCoverageTest, WhatNobodyDeclaredIsListedWithItsPlaceInTheCodeIfThatIsKnown) {
  const OrderCoverage coverage = CoverageWith({{{"pmd_lock", "pte_lock"}, "collapse"},
                                               {{"pte_lock", "inode->i_rwsem"}, "odd"},
                                               {{"anon_vma->rwsem", "pte_lock"}, "walk"}});
  ASSERT_EQ(coverage.undeclared.size(), 2u);
  EXPECT_EQ(coverage.undeclared[0].scenario, "collapse");
  EXPECT_THAT(coverage.undeclared[0].why, Not(IsEmpty()));
  EXPECT_EQ(coverage.undeclared[1].scenario, "odd");
  EXPECT_THAT(coverage.undeclared[1].why, IsEmpty());
}

TEST(OrderCoverageTest, TheScenariosTakeRmapLocksAsDeclared) {
  std::vector<const Scenario*> scenarios;
  for (const Scenario& scenario : AllScenarios()) {
    if (scenario.group != kBrokenGroup) scenarios.push_back(&scenario);
  }
  const OrderCoverage coverage = CoverageWith(ObservePairs(scenarios));
  EXPECT_THAT(ArcOf(coverage, "mapping->i_mmap_rwsem", "anon_vma->rwsem").exercised,
              Not(IsEmpty()));
  EXPECT_THAT(ArcOf(coverage, "vma_start_write", "mapping->i_mmap_rwsem").exercised,
              Not(IsEmpty()));
  EXPECT_EQ(ArcOf(coverage, "inode->i_rwsem", "mm->mmap_lock").exercised, "file-write-from-stack");
  for (const char* inner : {"mapping->private_lock", "i_pages lock", "inode->i_lock"}) {
    EXPECT_THAT(ArcOf(coverage, "pte_lock", inner).exercised, Not(IsEmpty())) << inner;
  }
}

}  // namespace
}  // namespace mm_model
