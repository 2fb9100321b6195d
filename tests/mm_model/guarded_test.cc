#include "mm_model/guarded.h"

#include "mm_model/mm_locks.h"
#include "mm_model/vma_lock.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using A = AddressSpace;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class GuardedTest : public ModelTest {
 protected:
  void SetUp() override {
    Alone([this] {
      mm_model::SetUp(&space_);
      AccessUser(space_.mm, A::kAnon, Access::kWrite);
      AccessUser(space_.mm, A::kPrivate, Access::kWrite);
      AccessUser(space_.mm, A::kShared, Access::kWrite);
      anon_ = vma_lookup(space_.mm, A::kAnon);
      private_ = vma_lookup(space_.mm, A::kPrivate);
      shared_ = vma_lookup(space_.mm, A::kShared);
    });
    ASSERT_THAT(Findings(), IsEmpty());
  }

  // What `write` is found to break when the task holds what `hold` takes.
  std::vector<std::string> Breaches(const Body& hold, const Body& write) {
    findings_.found.clear();
    Together({[&] {
      hold();
      write();
    }});
    return Findings();
  }
  std::string Missing() const { return findings_.found.at(0).rule; }

  void MmapWrite() { mmap_write_lock(space_.mm); }
  void VmaWrite(vm_area_struct* vma) {
    MmapWrite();
    vma_start_write(vma);
  }

  A space_;
  vm_area_struct* anon_ = nullptr;
  vm_area_struct* private_ = nullptr;
  vm_area_struct* shared_ = nullptr;
};

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
    fresh = vma_lookup(space_.mm, A::kFree);
  });
  const Body write = [&] { fresh->anon_vma = machine().New<anon_vma>(nullptr); };
  EXPECT_THAT(Breaches([&] { mmap_read_lock(space_.mm); }, write),
              ElementsAre("unprotected-access vma->anon_vma (set)"));
}

TEST_F(GuardedTest, SettingAnAnonVmaUnderThePageTableLockIsRight) {
  vm_area_struct* fresh = nullptr;
  Alone([&] {
    vm_mmap_pgoff(space_.mm, nullptr, A::kFree, PAGE_SIZE, A::kFlags, 0);
    fresh = vma_lookup(space_.mm, A::kFree);
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

TEST_F(GuardedTest, AttachingNeedsTheVmaWriteLock) {
  EXPECT_THAT(Breaches([&] { MmapWrite(); }, [&] { vma_mark_detached(anon_); }),
              ElementsAre("unprotected-access vma->vm_refcnt (attach or detach)"));
}

TEST_F(GuardedTest, APteNeedsTheLockOfItsTable) {
  const Body write = [&] { set_pte(PeekPteTable(*space_.mm, A::kAnon)->slot_of(A::kAnon), {}); };
  EXPECT_THAT(Breaches([&] { mmap_read_lock(space_.mm); }, write),
              ElementsAre("unprotected-access pte"));
}

TEST_F(GuardedTest, ThePteLockOfAnotherTableDoesNotCount) {
  EXPECT_THAT(Breaches([&] { spin_lock(&PeekPteTable(*space_.mm, A::kShared)->lock); },
                       [&] { set_pte(PeekPteTable(*space_.mm, A::kAnon)->slot_of(A::kAnon), {}); }),
              ElementsAre("unprotected-access pte"));
}

TEST_F(GuardedTest, FreeingPageTablesOfAReachableRangeIsABreach) {
  EXPECT_THAT(
      Breaches([&] { MmapWrite(); },
               [&] { free_pgd_range(space_.mm, A::kAnon, A::kAnon + A::kBytes, 0, A::kPrivate); }),
      ElementsAre("unprotected-access pmd"));
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

TEST_F(GuardedTest, EveryRuleNamesItsSourceAndEveryExceptionToo) {
  EXPECT_GE(AllFieldRules().size(), 20u);
  for (const FieldRule& rule : AllFieldRules()) {
    EXPECT_STRNE(rule.source, "") << rule.name;
    const bool has_exceptions = *rule.exceptions_text != '\0';
    EXPECT_EQ(has_exceptions, rule.exceptions.count != 0) << rule.name;
    EXPECT_EQ(has_exceptions, *rule.exceptions_source != '\0') << rule.name;
  }
}

}  // namespace
}  // namespace mm_model
