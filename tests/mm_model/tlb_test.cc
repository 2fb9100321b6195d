// What processors cache of page tables, and the flushes that are owed for it.

#include "mm_model/tlb.h"

#include <algorithm>

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/swap.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using A = AddressSpace;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TlbTest : public ModelTest {
 protected:
  void SetUp() override {
    Alone([this] {
      mm_model::SetUp(space_);
      AccessUser(space_.mm, A::kAnon, Access::kWrite);
    });
    mm_ = space_.mm;
    page_ = PeekPte(*mm_, A::kAnon).page;
  }

  // Clears the entry as a zap does, but for the flush.
  void ClearEntry(bool flush) {
    mmap_read_lock(mm_);
    const LockedPte locked = pte_offset_map_lock(mm_, pmd_off(mm_, A::kAnon), A::kAnon);
    ptep_get_and_clear(locked.pte).page->mapcount.add(-1);
    if (flush) flush_tlb_range(mm_, A::kAnon, A::kAnon + PAGE_SIZE);
    pte_unmap_unlock(locked);
    mmap_read_unlock(mm_);
  }

  A space_;
  mm_struct* mm_ = nullptr;
  folio* page_ = nullptr;
};

TEST_F(TlbTest, AnAccessGoesByWhatWasCachedUntilItIsFlushed) {
  Alone([&] {
    EXPECT_TRUE(user_access(mm_, A::kAnon + 8, true));
    PeekPteTable(*mm_, A::kAnon)->slot_of(A::kAnon)->entry = {};
    EXPECT_TRUE(user_access(mm_, A::kAnon, true));
    EXPECT_FALSE(user_access(mm_, A::kAnon + PAGE_SIZE, false));
    flush_tlb_range(mm_, A::kAnon, A::kAnon + PAGE_SIZE);
    EXPECT_FALSE(user_access(mm_, A::kAnon, false));
  });
}

TEST_F(TlbTest, WhatIsCachedForReadingDoesNotAllowAWrite) {
  Alone([&] {
    do_mprotect_pkey(mm_, A::kAnon, A::kBytes, VM_READ);
    EXPECT_TRUE(user_access(mm_, A::kAnon, false));
    EXPECT_FALSE(user_access(mm_, A::kAnon, true));
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(TlbTest, EachProcessorHasItsOwn) {
  Together({[&] { user_access(mm_, A::kAnon, true); },
            [&] {
              LetOthersGoFirst();
              EXPECT_THAT(mm_->tlb[0].entries, testing::SizeIs(1));
              EXPECT_THAT(mm_->tlb[1].entries, IsEmpty());
              flush_tlb_mm(mm_);
              EXPECT_THAT(mm_->tlb[0].entries, IsEmpty());
            }});
}

TEST_F(TlbTest, AnEntryThatIsTakenAwayIsFlushedBeforeItsLockGoes) {
  Alone([&] { ClearEntry(true); });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(TlbTest, AFlushThatIsLeftOutIsABreachAtTheUnlock) {
  Alone([&] { ClearEntry(false); });
  ASSERT_THAT(Findings(), ElementsAre(HasSubstr("page-table-rule give back the lock")));
  EXPECT_THAT(findings_.found[0].rule, HasSubstr("PT-FLUSH: "));
  EXPECT_THAT(findings_.found[0].rule, HasSubstr("missing: flushed"));
}

TEST_F(TlbTest, WhatAllowsLessIsFlushedBeforeTheMmapLockGoes) {
  const auto protect = [&](bool flush) {
    mmap_write_lock(mm_);
    const LockedPte locked = pte_offset_map_lock(mm_, pmd_off(mm_, A::kAnon), A::kAnon);
    ptep_modify(locked.pte, &pte_wrprotect);
    pte_unmap_unlock(locked);
    if (flush) flush_tlb_mm(mm_);
    mmap_write_unlock(mm_);
  };
  Alone([&] { protect(true); });
  EXPECT_THAT(Findings(), IsEmpty());
  Alone([&] {
    do_user_addr_fault(mm_, A::kAnon, FAULT_FLAG_WRITE);
    protect(false);
  });
  ASSERT_THAT(Findings(), ElementsAre(HasSubstr("page-table-rule give back the mmap lock")));
  EXPECT_THAT(findings_.found[0].rule, HasSubstr("PT-FLUSH-LESS: "));
}

TEST_F(TlbTest, APageThatIsUsedAfterItWasFreedIsACorruption) {
  const ExecutionResult result = Together({[&] {
    user_access(mm_, A::kAnon, false);
    ClearEntry(false);
    folio_put(page_);
    user_access(mm_, A::kAnon, false);
  }});
  EXPECT_TRUE(page_->freed);
  EXPECT_EQ(result.outcome, Outcome::kCorruption);
  EXPECT_THAT(result.story, ElementsAre(HasSubstr("through the TLB after it was freed")));
}

TEST_F(TlbTest, APageIsFreedWithTheLastThatLeadsToIt) {
  Alone([&] {
    folio* const pinned = get_user_page(mm_, A::kAnon, false);
    ASSERT_EQ(pinned, page_);
    madvise_dontneed(mm_, A::kAnon, A::kBytes);
    EXPECT_FALSE(page_->freed);
    unpin_user_page(pinned);
    EXPECT_TRUE(page_->freed);
  });
}

// ---- Accessed and dirty bits ----

TEST_F(TlbTest, TheProcessorMarksWhatItUses) {
  pt_entry& entry = PeekPteTable(*mm_, A::kAnon)->slot_of(A::kAnon)->entry;
  Alone([&] {
    entry.young = entry.dirty = false;
    flush_tlb_mm(mm_);
    EXPECT_TRUE(user_access(mm_, A::kAnon, false));
    EXPECT_TRUE(entry.young);
    EXPECT_FALSE(entry.dirty);
    EXPECT_TRUE(user_access(mm_, A::kAnon, true));
    EXPECT_TRUE(entry.dirty);
  });
}

TEST_F(TlbTest, WhatItHasCachedAsWrittenItDoesNotMarkAgain) {
  pt_entry& entry = PeekPteTable(*mm_, A::kAnon)->slot_of(A::kAnon)->entry;
  Alone([&] {
    EXPECT_TRUE(user_access(mm_, A::kAnon, true));
    entry.dirty = false;
    EXPECT_TRUE(user_access(mm_, A::kAnon, true));
    EXPECT_FALSE(entry.dirty);
  });
}

TEST_F(TlbTest, AnEntryThatProcessorsUseIsChangedAtOnce) {
  const auto protect = [&](bool at_once) {
    mmap_write_lock(mm_);
    const LockedPte locked = pte_offset_map_lock(mm_, pmd_off(mm_, A::kAnon), A::kAnon);
    if (at_once) {
      ptep_modify(locked.pte, &pte_wrprotect);
    } else {
      set_pte(locked.pte, pte_wrprotect(ptep_get(locked.pte)));
    }
    pte_unmap_unlock(locked);
    flush_tlb_mm(mm_);
    mmap_write_unlock(mm_);
  };
  Alone([&] { protect(true); });
  EXPECT_THAT(Findings(), IsEmpty());
  Alone([&] {
    AccessUser(mm_, A::kAnon, Access::kWrite);
    protect(false);
  });
  ASSERT_THAT(Findings(),
              ElementsAre("page-table-rule change a page table entry that processors use"));
  EXPECT_THAT(findings_.found[0].rule, HasSubstr("PT-ATOMIC: "));
  EXPECT_THAT(findings_.found[0].rule, HasSubstr("missing: atomic"));
}

TEST_F(TlbTest, APageThatWasUsedStaysForAnotherRoundOfReclaim) {
  Alone([&] {
    lru_add_drain(page_);
    shrink_folio(page_);
    EXPECT_TRUE(PeekPte(*mm_, A::kAnon).present());
    EXPECT_FALSE(PeekPte(*mm_, A::kAnon).young);
    shrink_folio(page_);
    EXPECT_EQ(PeekPte(*mm_, A::kAnon).kind, pt_entry::Kind::kSwap);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

// ---- The LRU ----

TEST_F(TlbTest, OneOfTwoReclaimersGetsAFolioAndItIsListedOnce) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Alone([&] { lru_add_drain(page_); });
    int isolated = 0;
    const auto reclaim = [&] {
      if (!folio_isolate_lru(page_)) return;
      ++isolated;
      SchedulingPoint({StepKind::kYield, "work", nullptr});
      folio_putback_lru(page_);
    };
    RandomOrder random(seed);
    Together({reclaim, reclaim}, &random);
    EXPECT_GE(isolated, 1);
    const auto& folios = machine_.globals->lru.folios.peek();
    EXPECT_EQ(std::count(folios.begin(), folios.end(), page_), 1);
    EXPECT_FALSE(page_->isolated);
  }
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(TlbTest, AFolioThatIsFreedLeavesTheList) {
  Alone([&] {
    lru_add_drain(page_);
    madvise_dontneed(mm_, A::kAnon, A::kBytes);
    EXPECT_TRUE(page_->freed);
    EXPECT_THAT(globals().lru.folios.peek(), IsEmpty());
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

}  // namespace
}  // namespace mm_model
