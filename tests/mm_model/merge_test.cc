// Mappings that become one, and small pages of a file that become a huge one.

#include "mm_model/mm_locks.h"
#include "mm_model/rmap_walk.h"
#include "mm_model/services.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using A = AddressSpace;
using testing::ElementsAre;
using testing::IsEmpty;

class MergeTest : public ModelTest {
 protected:
  void SetUp() override {
    Alone([this] { mm_model::SetUp(space_); });
    mm_ = space_.mm;
  }
  void TearDown() override { EXPECT_THAT(Findings(), IsEmpty()); }

  // "first-last" of each VMA from the address on, in pages.
  std::vector<std::string> VmasFrom(unsigned long start, unsigned long end) const {
    std::vector<std::string> lines;
    for (const auto& node : mm_->mm_mt.peek()) {
      if (node.first < start || node.first >= end) continue;
      lines.push_back(std::to_string((node.first - start) / PAGE_SIZE) + "-" +
                      std::to_string((node.last - start) / PAGE_SIZE));
    }
    return lines;
  }

  A space_;
  mm_struct* mm_ = nullptr;
};

TEST_F(MergeTest, WhatIsMappedNextToAMappingGrowsIt) {
  vm_area_struct* const before = PeekVma(*mm_, A::kAnon);
  Alone([&] {
    AccessUser(mm_, A::kAnon, Access::kWrite);
    vm_mmap_pgoff(mm_, nullptr, A::kAnon + A::kBytes, PAGE_SIZE, A::kFlags, 0);
    EXPECT_TRUE(AccessUser(mm_, A::kAnon + A::kBytes, Access::kWrite));
  });
  EXPECT_THAT(VmasFrom(A::kAnon, A::kPrivate), ElementsAre("0-4"));
  EXPECT_EQ(PeekVma(*mm_, A::kAnon + A::kBytes), before);
  EXPECT_EQ(mm_->map_count.peek(), 3);
  EXPECT_EQ(mm_->total_vm.peek(), 3 * A::kPages + 1);
}

TEST_F(MergeTest, OtherFlagsAnotherFileOrAGapInTheFileKeepThemApart) {
  Alone([&] {
    vm_mmap_pgoff(mm_, nullptr, A::kAnon + A::kBytes, PAGE_SIZE, VM_READ, 0);
    vm_mmap_pgoff(mm_, nullptr, A::kPrivate + A::kBytes, PAGE_SIZE, A::kFlags, 0);
    vm_mmap_pgoff(mm_, space_.data, A::kShared + A::kBytes, PAGE_SIZE, A::kFlags | VM_SHARED, 7);
  });
  EXPECT_EQ(mm_->map_count.peek(), 6);
}

TEST_F(MergeTest, ANewMappingBetweenTwoJoinsThem) {
  Alone([&] {
    vm_mmap_pgoff(mm_, space_.data, A::kFree, PAGE_SIZE, VM_READ, 0);
    vm_mmap_pgoff(mm_, space_.data, A::kFree + 2 * PAGE_SIZE, PAGE_SIZE, VM_READ, 2);
    vm_mmap_pgoff(mm_, space_.data, A::kFree + PAGE_SIZE, PAGE_SIZE, VM_READ, 1);
  });
  EXPECT_THAT(VmasFrom(A::kFree, TASK_SIZE), ElementsAre("0-2"));
  const auto& i_mmap = space_.data->f_mapping->i_mmap.peek();
  EXPECT_EQ(i_mmap.size(), 3u);
  EXPECT_EQ(mm_->map_count.peek(), 4);
}

TEST_F(MergeTest, WhatGetsItsOldFlagsBackIsOneMappingAgain) {
  Alone([&] {
    AccessUser(mm_, A::kPrivate + PAGE_SIZE, Access::kWrite);
    do_mprotect_pkey(mm_, A::kPrivate + PAGE_SIZE, PAGE_SIZE, VM_READ);
  });
  EXPECT_THAT(VmasFrom(A::kPrivate, A::kShared), ElementsAre("0-0", "1-1", "2-3"));
  Alone([&] { do_mprotect_pkey(mm_, A::kPrivate + PAGE_SIZE, PAGE_SIZE, A::kFlags); });
  EXPECT_THAT(VmasFrom(A::kPrivate, A::kShared), ElementsAre("0-3"));
  EXPECT_EQ(mm_->map_count.peek(), 3);
  EXPECT_EQ(mm_->vmas.size(), 3u);

  // The page is still found through the reverse mapping.
  folio* const page = PeekPte(*mm_, A::kPrivate + PAGE_SIZE).page;
  Alone([&] {
    folio_lock(page);
    try_to_migrate(page);
    folio_unlock(page);
  });
  EXPECT_EQ(page->migration_entries.peek(), 1);
}

// ---- collapse_file ----

class CollapseFileTest : public MergeTest {
 protected:
  static constexpr unsigned long kLarge = A::kFree + PMD_SIZE;

  void SetUp() override {
    MergeTest::SetUp();
    Alone([&] {
      space_.data->f_inode->i_size.Reset(PMD_SIZE);
      vm_mmap_pgoff(mm_, space_.data, kLarge, PMD_SIZE, A::kFlags | VM_SHARED, 0);
      for (unsigned long at = 0; at < PMD_SIZE; at += PAGE_SIZE) {
        AccessUser(mm_, kLarge + at, Access::kRead);
      }
    });
  }
  address_space* mapping() { return space_.data->f_mapping; }
};

TEST_F(CollapseFileTest, OneHugePageStandsForAllAndTablesGo) {
  folio* const small = PeekPte(*mm_, kLarge).page;
  ASSERT_NE(PeekPteTable(*mm_, kLarge), nullptr);
  Alone([&] { EXPECT_TRUE(collapse_file(mapping(), 0)); });
  ASSERT_EQ(mapping()->i_pages.peek().size(), 1u);
  folio* const huge = mapping()->i_pages.peek()[0].item;
  EXPECT_EQ(huge->pages, kEntries);
  EXPECT_EQ(mapping()->i_pages.peek().find(5, 5)->item, huge);
  EXPECT_EQ(mapping()->nrpages.peek(), kEntries);
  EXPECT_EQ(PeekPteTable(*mm_, kLarge), nullptr);
  EXPECT_TRUE(small->freed);
}

TEST_F(CollapseFileTest, FaultsMapItAndTruncationFindsEveryEntry) {
  Alone([&] {
    collapse_file(mapping(), 0);
    EXPECT_TRUE(AccessUser(mm_, kLarge + 3 * PAGE_SIZE, Access::kWrite));
    EXPECT_TRUE(AccessUser(mm_, kLarge + 6 * PAGE_SIZE, Access::kRead));
  });
  folio* const huge = mapping()->i_pages.peek()[0].item;
  EXPECT_EQ(huge->mapcount.peek(), 2);
  Alone([&] { do_truncate(space_.data, 0); });
  EXPECT_EQ(huge->mapcount.peek(), 0);
  EXPECT_EQ(mapping()->nrpages.peek(), 0u);
  EXPECT_TRUE(huge->freed);
}

TEST_F(CollapseFileTest, APageInUseIsLeftAsItIs) {
  Alone([&] {
    folio* const pinned = get_user_page(mm_, kLarge + PAGE_SIZE, false);
    EXPECT_FALSE(collapse_file(mapping(), 0));
    unpin_user_page(pinned);
    EXPECT_TRUE(AccessUser(mm_, kLarge, Access::kRead));
  });
  EXPECT_EQ(mapping()->i_pages.peek().size(), kEntries);
}

}  // namespace
}  // namespace mm_model
