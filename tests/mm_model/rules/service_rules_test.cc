// The rules of files, reclaim and kernel services, each from both sides.

#include "mm_model/mm_ops.h"
#include "mm_model/tlb.h"
#include "tests/mm_model/guarded_test.h"

namespace mm_model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ServiceRulesTest : public GuardedTest {};

TEST_F(ServiceRulesTest, AFolioComesIntoThePageCacheUnderTheInvalidateLock) {
  address_space* const mapping = space_.data->f_mapping;
  const Body add = [&] {
    folio* const page = machine().New<folio>();
    folio_lock(page);
    xa_lock_irq(mapping);
    page_cache_add(mapping, 3, page);
    xa_unlock_irq(mapping);
    folio_unlock(page);
  };
  EXPECT_THAT(Breaches([] {}, add),
              ElementsAre("unprotected-access mapping->i_pages (a folio comes in)"));
  EXPECT_THAT(Missing(), HasSubstr("missing: invalidate:read"));
  EXPECT_THAT(Breaches([&] { filemap_invalidate_lock_shared(mapping); }, add), IsEmpty());
}

TEST_F(ServiceRulesTest, TruncationNeedsTheInodeAndTheInvalidateLockForWriting) {
  address_space* const mapping = space_.data->f_mapping;
  const lockdep::CallSite here;
  const Body truncate = [&] {
    WillWrite(*mapping, {Field::kIPagesTruncate, AccessKind::kPlain, nullptr, here});
  };
  const Body shared = [&] { filemap_invalidate_lock_shared(mapping); };
  EXPECT_THAT(Breaches(shared, truncate),
              ElementsAre("unprotected-access mapping->i_pages (truncated)"));
  EXPECT_THAT(Missing(), HasSubstr("missing: i_rwsem:write & invalidate:write"));
}

TEST_F(ServiceRulesTest, TruncationUnderBothLocksIsRight) {
  address_space* const mapping = space_.data->f_mapping;
  const lockdep::CallSite here;
  EXPECT_THAT(
      Breaches(
          [&] {
            inode_lock(space_.data->f_inode);
            filemap_invalidate_lock(mapping);
          },
          [&] {
            WillWrite(*mapping, {Field::kIPagesTruncate, AccessKind::kPlain, nullptr, here});
          }),
      IsEmpty());
}

TEST_F(ServiceRulesTest, AWalkOfTheAnonymousRmapNeedsTheFolioLock) {
  folio* const page = PeekPte(*space_.mm, A::kAnon).page;
  const lockdep::CallSite here;
  const Body walk = [&] {
    WillRead(*page, {Field::kFolioAnonWalk, AccessKind::kPlain, &page->anon_mapping, here});
  };
  EXPECT_THAT(Breaches([&] { folio_lock(page); }, walk), IsEmpty());
  EXPECT_THAT(Breaches([] {}, walk),
              ElementsAre("unprotected-access folio->mapping (anonymous, walked)"));
}

TEST_F(ServiceRulesTest, TheReadSideOfALockThatIsThereOnceDoesNotAllowWriting) {
  EXPECT_THAT(Breaches([&] { down_read(&globals().exec_update_lock); },
                       [&] { globals().task_mm = space_.mm; }),
              ElementsAre("unprotected-access task->mm"));
}

TEST_F(ServiceRulesTest, TheWriteSideOfALockThatIsThereOnceAllowsWriting) {
  EXPECT_THAT(Breaches([&] { down_write(&globals().exec_update_lock); },
                       [&] { globals().task_mm = space_.mm; }),
              IsEmpty());
}

TEST_F(ServiceRulesTest, ADyingMmMayLoseItsExeFileWithoutALock) {
  const Body write = [&] { space_.mm->exe_file = nullptr; };
  EXPECT_THAT(Breaches([] {}, write), ElementsAre("unprotected-access mm->exe_file"));
  EXPECT_THAT(Breaches([&] { space_.mm->mm_users.dec_and_test(); }, write), IsEmpty());
}

TEST_F(ServiceRulesTest, TheDirtyBitIsClearedUnderTheRmapLockToo) {
  const Body clean = [&] {
    const LockedPte locked =
        pte_offset_map_lock(space_.mm, pmd_off(space_.mm, A::kShared), A::kShared);
    ptep_modify(locked.pte, [](pt_entry entry) {
      entry.dirty = !entry.dirty;
      return entry;
    });
    flush_tlb_mm(space_.mm);
    pte_unmap_unlock(locked);
  };
  EXPECT_THAT(Breaches([] {}, clean),
              testing::Contains("page-table-rule change the accessed or dirty bit of a page table "
                                "entry"));
  EXPECT_THAT(Breaches([&] { i_mmap_lock_read(space_.data->f_mapping); }, clean), IsEmpty());
}

void Reclaim() {
  TellAcquire(globals().fs_reclaim.dep_map(), lockdep::ReadMode::kWrite, lockdep::TryLock::kNo, {});
}

TEST_F(ServiceRulesTest, WhoReclaimsDoesNotWaitForFolioLocks) {
  folio* const page = PeekPte(*space_.mm, A::kAnon).page;
  EXPECT_THAT(Breaches(&Reclaim, [&] { folio_lock(page); }),
              ElementsAre("invalid-lock-state folio_lock"));
}

TEST_F(ServiceRulesTest, WhoReclaimsTriesFolioLocks) {
  folio* const page = PeekPte(*space_.mm, A::kAnon).page;
  EXPECT_THAT(Breaches(&Reclaim, [&] { folio_trylock(page); }), IsEmpty());
}

}  // namespace
}  // namespace mm_model
