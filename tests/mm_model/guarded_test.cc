#include "tests/mm_model/guarded_test.h"

namespace mm_model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(GuardedTest, VmFlagsNeedTheMmapAndTheVmaWriteLock) {
  const Body write = [&] { anon_->vm_flags = VM_READ; };
  EXPECT_THAT(Breaches([&] { VmaWrite(anon_); }, write), IsEmpty());
  const auto breach = ElementsAre("unprotected-access vma->vm_flags");
  EXPECT_THAT(Breaches([] {}, write), breach);
  EXPECT_THAT(Missing(), HasSubstr("missing: mmap:write & vma:write"));
}

TEST_F(GuardedTest, TheMmapWriteLockAloneIsNotEnoughForVmFlags) {
  const Body write = [&] { anon_->vm_flags = VM_READ; };
  EXPECT_THAT(Breaches([&] { MmapWrite(); }, write),
              ElementsAre("unprotected-access vma->vm_flags"));
  EXPECT_THAT(Missing(), HasSubstr("missing: vma:write"));
  EXPECT_THAT(Missing(), HasSubstr("process_addrs.rst"));
}

TEST_F(GuardedTest, TheWriteLockOfAnotherVmaDoesNotCount) {
  EXPECT_THAT(Breaches([&] { VmaWrite(shared_); }, [&] { anon_->vm_flags = VM_READ; }),
              ElementsAre("unprotected-access vma->vm_flags"));
}

TEST_F(GuardedTest, AVmaReadLockDoesNotAllowWriting) {
  EXPECT_THAT(Breaches([&] { lock_vma_under_rcu(space_.mm, A::kAnon); },
                       [&] { anon_->vm_flags = VM_READ; }),
              ElementsAre("unprotected-access vma->vm_flags"));
}

TEST_F(GuardedTest, TheDowngradedLockDoesNotAllowWriting) {
  EXPECT_THAT(Breaches(
                  [&] {
                    VmaWrite(anon_);
                    mmap_write_downgrade(space_.mm);
                  },
                  [&] { anon_->vm_flags = VM_READ; }),
              ElementsAre("unprotected-access vma->vm_flags"));
}

TEST_F(GuardedTest, ABreachFromOnePlaceIsToldOnce) {
  const Body twice = [&] {
    vm_flags_reset(anon_, VM_READ);
    vm_flags_reset(anon_, VM_WRITE);
  };
  EXPECT_THAT(Breaches([] {}, twice), ElementsAre("unprotected-access vma->vm_flags"));
}

TEST_F(GuardedTest, TheBoundsNeedTheRmapLockThatTheVmaIsReachableThrough) {
  const Body end_of_anon = [&] { anon_->vm_end = A::kAnon + A::kBytes; };
  EXPECT_THAT(Breaches([&] { VmaWrite(anon_); }, end_of_anon),
              ElementsAre("unprotected-access vma->vm_end"));
  EXPECT_THAT(Missing(), HasSubstr("missing: rmap:write"));
}

TEST_F(GuardedTest, TheAnonVmaLockServesAnAnonymousVma) {
  const Body write = [&] { anon_->vm_end = A::kAnon + A::kBytes; };
  EXPECT_THAT(Breaches(
                  [&] {
                    VmaWrite(anon_);
                    anon_vma_lock_write(anon_->anon_vma.peek());
                  },
                  write),
              IsEmpty());
}

TEST_F(GuardedTest, TheIMmapLockServesASharedFileVma) {
  const Body write = [&] { shared_->vm_end = A::kShared + A::kBytes; };
  EXPECT_THAT(Breaches(
                  [&] {
                    VmaWrite(shared_);
                    i_mmap_lock_write(space_.data->f_mapping);
                  },
                  write),
              IsEmpty());
}

TEST_F(GuardedTest, APrivateFileVmaWithCopiesNeedsBothRmapLocks) {
  const Body write = [&] { private_->vm_end = A::kPrivate + A::kBytes; };
  const Body one = [&] {
    VmaWrite(private_);
    i_mmap_lock_write(space_.data->f_mapping);
  };
  EXPECT_THAT(Breaches(one, write), ElementsAre("unprotected-access vma->vm_end"));
}

TEST_F(GuardedTest, APrivateFileVmaWithBothRmapLocksMayChange) {
  EXPECT_THAT(Breaches(
                  [&] {
                    VmaWrite(private_);
                    i_mmap_lock_write(space_.data->f_mapping);
                    anon_vma_lock_write(private_->anon_vma.peek());
                  },
                  [&] { private_->vm_end = A::kPrivate + A::kBytes; }),
              IsEmpty());
}

TEST_F(GuardedTest, ANewVmaNeedsNoLockAtAll) {
  EXPECT_THAT(Breaches([] {},
                       [&] {
                         vm_area_struct* const vma = vm_area_alloc(space_.mm);
                         vma->vm_start = A::kFree;
                         vma->vm_end = A::kFree + PAGE_SIZE;
                         vma->vm_file = space_.data;
                         vm_flags_init(vma, VM_READ);
                       }),
              IsEmpty());
}

TEST_F(GuardedTest, VmFileIsNeverWrittenAgain) {
  EXPECT_THAT(Breaches([&] { VmaWrite(anon_); }, [&] { anon_->vm_file = space_.data; }),
              ElementsAre("unprotected-access vma->vm_file"));
}

TEST_F(GuardedTest, ADetachedVmaMayLoseItsAnonVmaUnderTheDowngradedLock) {
  EXPECT_THAT(Breaches(
                  [&] {
                    VmaWrite(anon_);
                    vma_mark_detached(anon_);
                    mmap_write_downgrade(space_.mm);
                  },
                  [&] { unlink_anon_vmas(anon_); }),
              IsEmpty());
  EXPECT_EQ(anon_->anon_vma.peek(), nullptr);
}

TEST_F(GuardedTest, AnAttachedVmaMayNotLoseItsAnonVmaUnderTheDowngradedLock) {
  EXPECT_THAT(Breaches(
                  [&] {
                    VmaWrite(anon_);
                    mmap_write_downgrade(space_.mm);
                  },
                  [&] { unlink_anon_vmas(anon_); }),
              ElementsAre("unprotected-access vma->anon_vma (cleared)"));
}

TEST_F(GuardedTest, SettingAnAnonVmaNeedsThePageTableLock) {
  vm_area_struct* fresh = nullptr;
  Alone([&] {
    vm_mmap_pgoff(space_.mm, nullptr, A::kFree, PAGE_SIZE, A::kFlags, 0);
    fresh = PeekVma(*space_.mm, A::kFree);
  });
  const Body write = [&] { fresh->anon_vma = machine().New<anon_vma>(nullptr); };
  EXPECT_THAT(Breaches([&] { mmap_read_lock(space_.mm); }, write),
              ElementsAre("unprotected-access vma->anon_vma (set)"));
}

TEST_F(GuardedTest, SettingAnAnonVmaUnderThePageTableLockIsRight) {
  vm_area_struct* fresh = nullptr;
  Alone([&] {
    vm_mmap_pgoff(space_.mm, nullptr, A::kFree, PAGE_SIZE, A::kFlags, 0);
    fresh = PeekVma(*space_.mm, A::kFree);
  });
  EXPECT_THAT(Breaches(
                  [&] {
                    mmap_read_lock(space_.mm);
                    spin_lock(&space_.mm->page_table_lock);
                  },
                  [&] { fresh->anon_vma = machine().New<anon_vma>(nullptr); }),
              IsEmpty());
}

TEST_F(GuardedTest, TheTreeOfAnMmNeedsTheMmapWriteLock) {
  const Body write = [&] { vma_iter_clear(space_.mm, anon_); };
  EXPECT_THAT(Breaches([&] { mmap_read_lock(space_.mm); }, write),
              ElementsAre("unprotected-access mm->mm_mt"));
}

TEST_F(GuardedTest, MapCountNeedsTheMmapWriteLockAndTotalVmTheDowngradedOne) {
  const Body downgraded = [&] {
    MmapWrite();
    mmap_write_downgrade(space_.mm);
  };
  EXPECT_THAT(Breaches(downgraded,
                       [&] {
                         space_.mm->total_vm = 1;
                         space_.mm->map_count = 1;
                       }),
              ElementsAre("unprotected-access mm->map_count"));
}

TEST_F(GuardedTest, TotalVmIsNotForWhoeverHoldsTheMmapReadLock) {
  EXPECT_THAT(Breaches([&] { mmap_read_lock(space_.mm); }, [&] { space_.mm->total_vm = 1; }),
              ElementsAre("unprotected-access mm->total_vm"));
}

// The exemption ends with the lock.
TEST_F(GuardedTest, WhoDowngradedOnceIsAReaderNextTime) {
  const Body again = [&] {
    MmapWrite();
    mmap_write_downgrade(space_.mm);
    mmap_read_unlock(space_.mm);
    mmap_read_lock(space_.mm);
  };
  EXPECT_THAT(Breaches(again, [&] { space_.mm->total_vm = 1; }),
              ElementsAre("unprotected-access mm->total_vm"));
}

TEST_F(GuardedTest, ALockThatTheObjectDoesNotHaveIsHeldByNobody) {
  const auto asked = [&](const char* requirement) {
    bool holds = true;
    Alone([&] {
      holds = Holds(*space_.mm, ParseRequirement(requirement).requirement, AccessKind::kPlain);
    });
    return holds;
  };
  EXPECT_FALSE(asked("ptl:write"));
  EXPECT_FALSE(asked("ptl:read"));
  EXPECT_FALSE(asked("hugetlb_vma:write"));
}

TEST_F(GuardedTest, AttachingNeedsTheVmaWriteLock) {
  EXPECT_THAT(Breaches([&] { MmapWrite(); }, [&] { vma_mark_detached(anon_); }),
              ElementsAre("unprotected-access vma->vm_refcnt (attach or detach)"));
}

TEST_F(GuardedTest, APteNeedsTheLockOfItsTable) {
  page_table* const table = PeekPteTable(*space_.mm, A::kAnon);
  const Body write = [&] {
    table->revalidated_by = &current();
    ptep_get_and_clear(table->slot_of(A::kAnon));
  };
  EXPECT_THAT(Breaches([&] { mmap_read_lock(space_.mm); }, write),
              ElementsAre("unprotected-access pte"));
}

TEST_F(GuardedTest, ThePteLockOfAnotherTableDoesNotCount) {
  page_table* const table = PeekPteTable(*space_.mm, A::kAnon);
  EXPECT_THAT(Breaches(
                  [&] {
                    mmap_read_lock(space_.mm);
                    spin_lock(&PeekPteTable(*space_.mm, A::kShared)->lock);
                  },
                  [&] {
                    table->revalidated_by = &current();
                    ptep_get_and_clear(table->slot_of(A::kAnon));
                  }),
              ElementsAre("unprotected-access pte"));
}

TEST_F(GuardedTest, FreeingPageTablesOfAReachableRangeIsABreach) {
  const Body free = [&] {
    unmap_page_range(anon_, A::kAnon, A::kAnon + A::kBytes);
    free_pgd_range(space_.mm, A::kAnon, A::kAnon + A::kBytes, 0, A::kPrivate);
  };
  EXPECT_THAT(Breaches([&] { MmapWrite(); }, free),
              ElementsAre("page-table-rule free a page table"));
}

TEST_F(GuardedTest, FreeingATableWithAnEntryInItLeaksThePage) {
  const Body free = [&] {
    free_pgd_range(space_.mm, A::kAnon, A::kAnon + A::kBytes, 0, A::kPrivate);
  };
  EXPECT_THAT(Breaches([&] { MmapWrite(); }, free),
              testing::Contains("model-corruption a page table was freed with an entry in it: its "
                                "page is leaked"));
}

TEST_F(GuardedTest, AFoliosMappingIsClearedUnderFolioAndPageCacheLock) {
  folio* const page = PeekPte(*space_.mm, A::kShared).page;
  address_space* const mapping = space_.data->f_mapping;
  EXPECT_THAT(Breaches([&] { folio_lock(page); }, [&] { page->mapping = nullptr; }),
              ElementsAre("unprotected-access folio->mapping (cleared)"));
  page->mapping.Reset(mapping);
  EXPECT_THAT(Breaches([&] { xa_lock_irq(mapping); }, [&] { page->index = 7; }),
              ElementsAre("unprotected-access folio->index"));
}

// ---- Reads ----

TEST_F(GuardedTest, ReadingABoundNeedsSomethingThatKeepsTheVmaStable) {
  const Body read = [&] { static_cast<void>(anon_->vm_start.read()); };
  EXPECT_THAT(Breaches([] {}, read), ElementsAre("unprotected-access vma->vm_start"));
  EXPECT_THAT(Missing(), HasSubstr("a read needs"));
}

TEST_F(GuardedTest, EachOfTheThreeLocksKeepsABoundReadable) {
  const Body read = [&] { static_cast<void>(anon_->vm_start.read()); };
  EXPECT_THAT(Breaches([&] { mmap_read_lock(space_.mm); }, read), IsEmpty());
  EXPECT_THAT(Breaches([&] { lock_vma_under_rcu(space_.mm, A::kAnon); }, read), IsEmpty());
  EXPECT_THAT(Breaches([&] { anon_vma_lock_read(anon_->anon_vma.peek()); }, read), IsEmpty());
}

TEST_F(GuardedTest, RcuAloneKeepsTheOwnerReadableButNotTheBounds) {
  EXPECT_THAT(Breaches([] { rcu_read_lock(); },
                       [&] {
                         static_cast<void>(anon_->vm_mm.read());
                         static_cast<void>(anon_->vm_end.read());
                       }),
              ElementsAre("unprotected-access vma->vm_end"));
}

TEST_F(GuardedTest, WhatIsAskedAgainMayBeReadUnderRcu) {
  unsigned sequence = 0;
  const Body speculate = [&] {
    rcu_read_lock();
    ASSERT_TRUE(mmap_lock_speculate_try_begin(space_.mm, &sequence));
  };
  const Body read = [&] { static_cast<void>(anon_->vm_end.read()); };
  EXPECT_THAT(Breaches(speculate, read), IsEmpty());
  const Body read_late = [&] {
    EXPECT_FALSE(mmap_lock_speculate_retry(space_.mm, sequence));
    read();
  };
  EXPECT_THAT(Breaches(speculate, read_late), ElementsAre("unprotected-access vma->vm_end"));
  const Body left_rcu = [&] {
    rcu_read_unlock();
    static_cast<void>(anon_->vm_start.read());
  };
  EXPECT_THAT(Breaches(speculate, left_rcu), ElementsAre("unprotected-access vma->vm_start"));
}

TEST_F(GuardedTest, FlagsMayBeReadOnceWithoutALock) {
  EXPECT_THAT(Breaches([] {}, [&] { static_cast<void>(anon_->vm_flags.once()); }), IsEmpty());
  EXPECT_THAT(Breaches([] {}, [&] { static_cast<void>(anon_->vm_flags.read()); }),
              ElementsAre("unprotected-access vma->vm_flags"));
}

TEST_F(GuardedTest, AnAtomicFieldNeedsAnAtomicWrite) {
  EXPECT_THAT(Breaches([] {}, [&] { space_.mm->pinned_vm.add(1); }), IsEmpty());
  EXPECT_THAT(Breaches([] {}, [&] { space_.mm->pinned_vm = 7; }),
              ElementsAre("unprotected-access mm->pinned_vm"));
}

// ---- Page tables ----

TEST_F(GuardedTest, InstallingAnEntryUnderRmapLocksAloneBreaksPtInst) {
  page_table* const table = PeekPteTable(*space_.mm, A::kAnon);
  const Body install = [&] {
    table->revalidated_by = &current();
    set_pte(table->slot_of(A::kAnon + PAGE_SIZE), mk_pte(machine().New<folio>(), false));
  };
  EXPECT_THAT(Breaches(
                  [&] {
                    anon_vma_lock_write(anon_->anon_vma.peek());
                    spin_lock(&table->lock);
                  },
                  install),
              ElementsAre("page-table-rule install a page table entry"));
  EXPECT_THAT(Missing(), HasSubstr("PT-INST"));
}

TEST_F(GuardedTest, ClearingAnEntryUnderRmapLocksAloneIsRight) {
  page_table* const table = PeekPteTable(*space_.mm, A::kAnon);
  EXPECT_THAT(Breaches(
                  [&] {
                    anon_vma_lock_read(anon_->anon_vma.peek());
                    spin_lock(&table->lock);
                  },
                  [&] {
                    table->revalidated_by = &current();
                    ptep_get_and_clear(table->slot_of(A::kAnon));
                  }),
              IsEmpty());
}

TEST_F(GuardedTest, ChangingAnEntryWithoutAskingThePmdAgainBreaksPtReval) {
  page_table* const table = PeekPteTable(*space_.mm, A::kAnon);
  EXPECT_THAT(Breaches(
                  [&] {
                    mmap_read_lock(space_.mm);
                    spin_lock(&table->lock);
                  },
                  [&] { ptep_get_and_clear(table->slot_of(A::kAnon)); }),
              ElementsAre("page-table-rule change a pte under its lock"));
}

TEST_F(GuardedTest, WalkingWithNothingHeldBreaksPtWalk) {
  EXPECT_THAT(Breaches([] {}, [&] { pmd_off(space_.mm, A::kAnon); }),
              ElementsAre("page-table-rule read a page table entry"));
  EXPECT_THAT(Breaches([] { rcu_read_lock(); }, [&] { pmd_off(space_.mm, A::kAnon); }), IsEmpty());
  EXPECT_THAT(Breaches([] { local_irq_save(); }, [&] { pmd_off(space_.mm, A::kAnon); }), IsEmpty());
}

TEST_F(GuardedTest, EveryPageTableAndStateRuleNamesItsSource) {
  for (const PtRule& rule : AllPtRules()) EXPECT_STRNE(rule.source, "") << rule.id;
  EXPECT_GE(AllPtRules().size(), 11u);
}

TEST_F(GuardedTest, EveryRuleNamesItsSourceAndEveryExceptionToo) {
  EXPECT_GE(AllFieldRules().size(), 60u);
  for (const FieldRule& rule : AllFieldRules()) {
    EXPECT_FALSE(rule.write.empty() && rule.read.empty()) << rule.name;
    EXPECT_EQ(rule.write.empty(), *rule.source == '\0') << rule.name;
    EXPECT_EQ(rule.read.empty(), *rule.read_source == '\0') << rule.name;
    EXPECT_EQ(rule.exempt.empty(), *rule.exempt_source == '\0') << rule.name;
    EXPECT_EQ(rule.once.empty(), *rule.once_source == '\0') << rule.name;
  }
}

}  // namespace
}  // namespace mm_model
