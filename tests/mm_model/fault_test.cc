// Page faults: what they leave behind.

#include "mm_model/mm_locks.h"
#include "mm_model/vma_lock.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using A = AddressSpace;
using testing::IsEmpty;

class FaultTest : public ModelTest {
 protected:
  void SetUp() override {
    Alone([this] { mm_model::SetUp(space_); });
    mm_ = space_.mm;
  }
  void TearDown() override { EXPECT_THAT(Findings(), IsEmpty()); }

  vm_area_struct* VmaAt(unsigned long address) const {
    return mm_->mm_mt.peek().find(address, address)->item;
  }
  folio* CachedFolio(unsigned long index) const {
    const auto* node = space_.data->f_mapping->i_pages.peek().find(index, index);
    return node == nullptr ? nullptr : node->item;
  }

  A space_;
  mm_struct* mm_ = nullptr;
};

TEST_F(FaultTest, AnAnonymousFaultMapsAFolioOfItsOwn) {
  Alone([&] { EXPECT_EQ(do_user_addr_fault(mm_, A::kAnon + 5, FAULT_FLAG_WRITE), 0u); });

  const pt_entry entry = PeekPte(*mm_, A::kAnon);
  ASSERT_TRUE(entry.present());
  EXPECT_TRUE(entry.write);
  EXPECT_EQ(entry.page->mapcount.peek(), 1);
  EXPECT_EQ(entry.page->anon_mapping.peek(), VmaAt(A::kAnon)->anon_vma.peek());
  EXPECT_EQ(entry.page->index.peek(), A::kAnon >> PAGE_SHIFT);
  EXPECT_TRUE(PeekPte(*mm_, A::kAnon + PAGE_SIZE).none());
}

TEST_F(FaultTest, TheFirstFaultMakesTheAnonVmaAndLaterOnesKeepIt) {
  Alone([&] { AccessUser(mm_, A::kAnon, Access::kWrite); });
  const vm_area_struct& vma = *VmaAt(A::kAnon);
  const anon_vma* const av = vma.anon_vma.peek();
  ASSERT_NE(av, nullptr);
  ASSERT_EQ(vma.anon_vma_chain.peek().size(), 1u);
  EXPECT_TRUE(av->rb_root.peek().contains(vma.anon_vma_chain.peek()[0]));

  Alone([&] { AccessUser(mm_, A::kAnon + PAGE_SIZE, Access::kWrite); });
  EXPECT_EQ(vma.anon_vma.peek(), av);
  EXPECT_EQ(vma.anon_vma_chain.peek().size(), 1u);
}

TEST_F(FaultTest, AFaultUnderTheVmaLockNeedsNoMmapLockOnceThereIsAnAnonVma) {
  Alone([&] { AccessUser(mm_, A::kAnon, Access::kWrite); });
  machine_.vma_lock_statistics = {};
  const ExecutionResult result =
      Together({[&] {
                  mmap_write_lock(mm_);
                  LetOthersGoFirst();
                  EXPECT_TRUE(PeekPte(*mm_, A::kAnon + PAGE_SIZE).present());
                  mmap_write_unlock(mm_);
                },
                [&] { AccessUser(mm_, A::kAnon + PAGE_SIZE, Access::kWrite); }});
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
  EXPECT_EQ(machine_.vma_lock_statistics.success, 1);
}

TEST_F(FaultTest, AFirstFaultThatCannotTryTheMmapLockFallsBackToWaitingForIt) {
  Together({[&] {
              mmap_write_lock(mm_);
              LetOthersGoFirst();
              EXPECT_TRUE(PeekPte(*mm_, A::kAnon).none());
              mmap_write_unlock(mm_);
            },
            [&] { AccessUser(mm_, A::kAnon, Access::kWrite); }});
  EXPECT_EQ(machine_.vma_lock_statistics.retry, 1);
  EXPECT_TRUE(PeekPte(*mm_, A::kAnon).present());
}

TEST_F(FaultTest, AFaultOnAWriteLockedVmaWaitsForTheWriter) {
  Together({[&] {
              mmap_write_lock(mm_);
              vma_start_write(vma_lookup(mm_, A::kAnon));
              LetOthersGoFirst();
              EXPECT_TRUE(PeekPte(*mm_, A::kAnon).none());
              mmap_write_unlock(mm_);
            },
            [&] { AccessUser(mm_, A::kAnon, Access::kWrite); }});
  EXPECT_EQ(machine_.vma_lock_statistics.abort, 1);
  EXPECT_TRUE(PeekPte(*mm_, A::kAnon).present());
}

TEST_F(FaultTest, AccessesThatAreNotAllowedAreRefused) {
  Alone([&] {
    EXPECT_EQ(do_user_addr_fault(mm_, A::kFree, 0), VM_FAULT_SIGSEGV);
    vm_mmap_pgoff(mm_, nullptr, A::kFree, PAGE_SIZE, VM_READ, 0);
    EXPECT_EQ(do_user_addr_fault(mm_, A::kFree, FAULT_FLAG_WRITE), VM_FAULT_SIGSEGV);
    EXPECT_EQ(do_user_addr_fault(mm_, A::kFree, 0), 0u);
    EXPECT_EQ(current().context().held.depth(), 0u);
  });
}

TEST_F(FaultTest, TwoFaultsOnOnePageMapOneFolio) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    A space;
    Alone([&] { mm_model::SetUp(space); });
    RandomOrder strategy(seed);
    const Body touch = [&] { AccessUser(space.mm, A::kAnon, Access::kWrite); };
    const ExecutionResult result = Together({touch, touch}, &strategy);
    ASSERT_EQ(result.outcome, Outcome::kCompleted);
    ASSERT_EQ(PeekPte(*space.mm, A::kAnon).page->mapcount.peek(), 1) << "seed " << seed;
  }
}

TEST_F(FaultTest, AFileReadMapsThePageCachesFolioReadOnly) {
  Alone([&] { AccessUser(mm_, A::kShared + PAGE_SIZE, Access::kRead); });
  const pt_entry entry = PeekPte(*mm_, A::kShared + PAGE_SIZE);
  ASSERT_TRUE(entry.present());
  EXPECT_FALSE(entry.write);
  EXPECT_EQ(entry.page, CachedFolio(1));
  EXPECT_EQ(entry.page->mapping.peek(), space_.data->f_mapping);
  EXPECT_TRUE(entry.page->uptodate);
  EXPECT_EQ(space_.data->f_mapping->nrpages.peek(), 1u);
}

TEST_F(FaultTest, ReadingFromTheFileDropsTheVmaLockAndTriesAgain) {
  Alone([&] { AccessUser(mm_, A::kShared, Access::kRead); });
  EXPECT_EQ(machine_.vma_lock_statistics.retry, 1);
  // What is in the page cache is mapped under the VMA lock.
  Alone([&] { AccessUser(mm_, A::kPrivate, Access::kRead); });
  EXPECT_EQ(machine_.vma_lock_statistics.retry, 1);
  EXPECT_EQ(PeekPte(*mm_, A::kPrivate).page, PeekPte(*mm_, A::kShared).page);
  EXPECT_EQ(CachedFolio(0)->mapcount.peek(), 2);
}

TEST_F(FaultTest, ASharedWriteMakesFolioAndInodeDirty) {
  Alone([&] {
    AccessUser(mm_, A::kShared, Access::kRead);
    EXPECT_FALSE(CachedFolio(0)->dirty);
    AccessUser(mm_, A::kShared, Access::kWrite);              // Through do_wp_page,
    AccessUser(mm_, A::kShared + PAGE_SIZE, Access::kWrite);  // and at once.
  });
  EXPECT_EQ(PeekPte(*mm_, A::kShared).page, CachedFolio(0));
  EXPECT_TRUE(CachedFolio(0)->dirty);
  EXPECT_TRUE(CachedFolio(1)->dirty);
  EXPECT_EQ(space_.data->f_inode->i_state.peek(), I_DIRTY);
  EXPECT_TRUE(space_.data->f_inode->i_io_list.peek());
}

TEST_F(FaultTest, WhatAnEntrySaysOfWritesIsToldWhenItGoes) {
  Alone([&] {
    AccessUser(mm_, A::kShared, Access::kWrite);
    AccessUser(mm_, A::kShared + PAGE_SIZE, Access::kRead);
    for (const unsigned long page : {0, 1}) CachedFolio(page)->dirty = false;
    madvise_dontneed(mm_, A::kShared, A::kBytes);
  });
  EXPECT_TRUE(CachedFolio(0)->dirty);
  EXPECT_FALSE(CachedFolio(1)->dirty);
}

TEST_F(FaultTest, APrivateWriteCopiesWhetherThePageWasMappedOrNot) {
  Alone([&] {
    AccessUser(mm_, A::kPrivate, Access::kRead);
    AccessUser(mm_, A::kPrivate, Access::kWrite);
    AccessUser(mm_, A::kPrivate + PAGE_SIZE, Access::kWrite);
  });
  for (const unsigned long page : {0, 1}) {
    const pt_entry entry = PeekPte(*mm_, A::kPrivate + page * PAGE_SIZE);
    EXPECT_TRUE(entry.write);
    EXPECT_NE(entry.page, CachedFolio(page));
    EXPECT_EQ(entry.page->anon_mapping.peek(), VmaAt(A::kPrivate)->anon_vma.peek());
    EXPECT_EQ(CachedFolio(page)->mapcount.peek(), 0);
    EXPECT_FALSE(CachedFolio(page)->dirty);
  }
}

TEST_F(FaultTest, BeyondTheEndOfTheFileIsABusError) {
  Alone([&] {
    space_.data->f_inode->i_size.Reset(PAGE_SIZE);
    EXPECT_TRUE(AccessUser(mm_, A::kShared, Access::kRead));
    EXPECT_EQ(do_user_addr_fault(mm_, A::kShared + PAGE_SIZE, 0), VM_FAULT_SIGBUS);
    EXPECT_EQ(current().context().held.depth(), 0u);
  });
}

}  // namespace
}  // namespace mm_model
