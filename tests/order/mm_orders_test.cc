// The built-in orders of Linux mm: what they say, and that they say what a
// kernel tree says, where one is at hand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lockdep/order/kernel_comment.h"
#include "lockdep/order/load.h"
#include "lockdep/order/order_set.h"
#include "mm_model/orders/builtin_orders.h"

namespace mm_model {
namespace {

using ::lockdep::DeclaredArc;
using ::lockdep::order::Conflict;
using ::lockdep::order::OrderFile;
using ::lockdep::order::OrderSet;
using ::lockdep::order::PlacedArc;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

OrderSet Load(const std::string& name) {
  absl::StatusOr<std::vector<OrderFile>> files = lockdep::order::LoadOrders({name});
  EXPECT_TRUE(files.ok()) << files.status();
  return OrderSet::Make(*std::move(files)).value();
}

std::vector<std::string> Places(const Conflict& conflict) {
  std::vector<std::string> places;
  for (const PlacedArc& placed : conflict.arcs) {
    places.push_back(FormatPlace(*placed.file, *placed.section, *placed.arc));
  }
  return places;
}

// The declaration of the pair, or null if it is not enforced.
const char* Declaration(const OrderSet& set, const char* from, const char* to) {
  for (const DeclaredArc& arc : set.declared_order()) {
    if (std::strcmp(arc.from, from) == 0 && std::strcmp(arc.to, to) == 0) return arc.declaration;
  }
  return nullptr;
}

TEST(MmOrdersTest, ThreeOrdersAreBuiltIn) {
  std::vector<std::string> names;
  for (const BuiltinOrder& order : BuiltinOrders()) names.emplace_back(order.name);

  EXPECT_THAT(names, ElementsAre("linux-6.12-rmap", "linux-6.12-filemap", "linux-6.12-mm"));
  for (const std::string& name : names) {
    EXPECT_NE(lockdep::order::FindBuiltin(name), nullptr) << name;
  }
}

TEST(MmOrdersTest, TheyHaveAsManyArcsAsTheCommentsHaveLines) {
  EXPECT_THAT(Load("linux-6.12-rmap").arcs(), SizeIs(26));
  EXPECT_THAT(Load("linux-6.12-filemap").arcs(), SizeIs(44));
  EXPECT_THAT(Load("linux-6.12-mm").arcs(), SizeIs(70));
}

TEST(MmOrdersTest, EveryArcNamesItsLineInTheKernel) {
  const OrderSet set = Load("linux-6.12-mm");

  for (const PlacedArc& placed : set.arcs()) {
    EXPECT_THAT(placed.section->source,
                ::testing::AnyOf("linux-6.12 mm/rmap.c", "linux-6.12 mm/filemap.c"));
    EXPECT_GT(placed.arc->source_line, 0) << FormatArc(*placed.arc);
  }
}

TEST(MmOrdersTest, TogetherTheyHaveExactlyTheTwoKnownConflicts) {
  const OrderSet set = Load("linux-6.12-mm");

  ASSERT_THAT(set.conflicts(), SizeIs(2));
  EXPECT_THAT(set.conflicts()[0].locks, ElementsAre("folio_lock", "hugetlbfs_i_mmap_rwsem_key"));
  EXPECT_THAT(Places(set.conflicts()[0]),
              ElementsAre("linux-6.12 mm/rmap.c:27", "linux-6.12 mm/rmap.c:53"));
  EXPECT_THAT(set.conflicts()[1].locks, ElementsAre("mapping->private_lock", "swap_lock"));
  EXPECT_THAT(Places(set.conflicts()[1]),
              ElementsAre("linux-6.12 mm/rmap.c:34", "linux-6.12 mm/filemap.c:83"));
}

TEST(MmOrdersTest, ApartOnlyRmapContradictsItself) {
  EXPECT_THAT(Load("linux-6.12-rmap").conflicts(), SizeIs(1));
  EXPECT_THAT(Load("linux-6.12-filemap").conflicts(), IsEmpty());
}

TEST(MmOrdersTest, NeitherSideOfAConflictIsEnforced) {
  const OrderSet set = Load("linux-6.12-mm");

  EXPECT_EQ(Declaration(set, "swap_lock", "mapping->private_lock"), nullptr);
  EXPECT_EQ(Declaration(set, "mapping->private_lock", "swap_lock"), nullptr);
  EXPECT_EQ(Declaration(set, "folio_lock", "hugetlbfs_i_mmap_rwsem_key"), nullptr);
  EXPECT_EQ(Declaration(set, "hugetlbfs_i_mmap_rwsem_key", "folio_lock"), nullptr);
}

TEST(MmOrdersTest, WhatATreeSaysAroundAConflictIsEnforced) {
  const OrderSet set = Load("linux-6.12-mm");

  EXPECT_NE(Declaration(set, "pte_lock", "mapping->private_lock"), nullptr);
  EXPECT_NE(Declaration(set, "swap_lock", "i_pages lock"), nullptr);
  EXPECT_NE(Declaration(set, "folio_lock", "mapping->i_mmap_rwsem"), nullptr);
  EXPECT_NE(Declaration(set, "hugetlb_fault_mutex", "folio_lock"), nullptr);
}

TEST(MmOrdersTest, TheVmaLockIsNotOrderedAfterHugetlbsMapping) {
  const OrderSet set = Load("linux-6.12-mm");

  EXPECT_EQ(Declaration(set, "hugetlbfs_i_mmap_rwsem_key", "vma_start_write"), nullptr);
  EXPECT_NE(Declaration(set, "mm->mmap_lock", "vma_start_write"), nullptr);
  EXPECT_NE(Declaration(set, "vma_start_write", "mapping->i_mmap_rwsem"), nullptr);
}

TEST(MmOrdersTest, ADeclarationNamesTheLinesOfTheKernel) {
  const OrderSet set = Load("linux-6.12-mm");

  EXPECT_STREQ(Declaration(set, "swap_lock", "mmlist_lock"),
               "linux-6.12 mm/rmap.c:33: swap_lock -> mmlist_lock (mmput, drain_mmlist)");
  EXPECT_STREQ(Declaration(set, "mm->mmap_lock", "folio_lock"),
               "linux-6.12 mm/rmap.c:25: mm->mmap_lock -> mapping->invalidate_lock "
               "(filemap_fault), then linux-6.12 mm/rmap.c:26: mapping->invalidate_lock -> "
               "folio_lock");
}

TEST(MmOrdersTest, TheKernelsOwnLockdepNamesAreKnown) {
  const OrderSet set = Load("linux-6.12-mm");

  EXPECT_STREQ(Declaration(set, "&mm->mmap_lock", "&mapping->i_mmap_rwsem"),
               Declaration(set, "mm->mmap_lock", "mapping->i_mmap_rwsem"));
  EXPECT_NE(Declaration(set, "&anon_vma->rwsem", "ptlock_ptr(ptdesc)"), nullptr);
}

TEST(MmOrdersTest, NothingIsEnforcedBothWays) {
  const OrderSet set = Load("linux-6.12-mm");
  std::vector<std::string> pairs;
  for (const DeclaredArc& arc : set.declared_order()) {
    pairs.push_back(absl::StrCat(arc.from, "\n", arc.to));
  }
  ASSERT_THAT(pairs, ::testing::Not(IsEmpty()));

  std::sort(pairs.begin(), pairs.end());
  EXPECT_EQ(std::adjacent_find(pairs.begin(), pairs.end()), pairs.end());
  for (const DeclaredArc& arc : set.declared_order()) {
    EXPECT_FALSE(
        std::binary_search(pairs.begin(), pairs.end(), absl::StrCat(arc.to, "\n", arc.from)))
        << arc.declaration;
  }
}

// An unpacked Linux 6.12 tree, or "".
std::string KernelTree() {
  const char* named = std::getenv("LOCKDEP_KERNEL_TREE");
  const std::string tree = named != nullptr ? named : "/usr/src/linux-source-6.12";
  return std::filesystem::exists(tree + "/mm/rmap.c") ? tree : "";
}

std::vector<std::string> ArcsAndLines(const OrderFile& file) {
  std::vector<std::string> lines;
  for (const auto& section : file.sections) {
    lines.push_back(absl::StrCat("tree of ", section.arcs.size(), " arcs"));
    for (const auto& arc : section.arcs) {
      lines.push_back(absl::StrCat(arc.source_line, ": ", arc.from, " -> ", arc.to));
    }
  }
  return lines;
}

TEST(MmOrdersTest, TheDataIsWhatAKernelTreeSaysLineByLine) {
  const std::string tree = KernelTree();
  if (tree.empty()) GTEST_SKIP() << "no kernel tree; unpack one and set LOCKDEP_KERNEL_TREE";
  const auto kernel = lockdep::order::ReadKernelTree(tree);
  ASSERT_TRUE(kernel.ok()) << kernel.status();
  const std::string& source = kernel->at(0).sections[0].source;
  // Without its Makefile a tree has no version: whoever named it answers for it.
  if (source != "mm/rmap.c" && source != "linux-6.12 mm/rmap.c") {
    GTEST_SKIP() << tree << " is not Linux 6.12 but has " << source;
  }

  const std::vector<OrderFile> data = Load("linux-6.12-mm").files();

  EXPECT_EQ(ArcsAndLines(data[0]), ArcsAndLines(kernel->at(0)));
  EXPECT_EQ(ArcsAndLines(data[1]), ArcsAndLines(kernel->at(1)));
}

}  // namespace
}  // namespace mm_model
