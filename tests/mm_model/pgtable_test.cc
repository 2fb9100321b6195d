#include "mm_model/pgtable.h"

#include "mm_model/mm_locks.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using A = AddressSpace;
using testing::ElementsAre;
using testing::IsEmpty;

class PgtableTest : public ModelTest {
 protected:
  void SetUp() override {
    Alone([this] {
      mm_model::SetUp(space_);
      mm_ = space_.mm;
      AccessUser(mm_, A::kAnon, Access::kWrite);
      mmap_read_lock(mm_);
      pmd_ = pmd_off(mm_, A::kAnon);
      mmap_read_unlock(mm_);
    });
  }

  A space_;
  mm_struct* mm_ = nullptr;
  pt_slot* pmd_ = nullptr;
};

TEST_F(PgtableTest, WalkingMakesEachLevelOnceAndFindsItAgain) {
  Alone([&] {
    mmap_read_lock(mm_);
    pt_slot* const pmd = pmd_alloc(mm_, A::kFree);
    EXPECT_EQ(pmd->in->level, Level::kPmd);
    EXPECT_EQ(pmd_alloc(mm_, A::kFree), pmd);
    EXPECT_EQ(pmd_off(mm_, A::kFree), pmd);
    EXPECT_EQ(PeekPteTable(*mm_, A::kFree), nullptr);
    pte_alloc(mm_, pmd, A::kFree);
    page_table* const table = PeekPteTable(*mm_, A::kFree);
    ASSERT_NE(table, nullptr);
    pte_alloc(mm_, pmd, A::kFree);
    EXPECT_EQ(PeekPteTable(*mm_, A::kFree), table);
    mmap_read_unlock(mm_);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(PgtableTest, DroppingAllThatATableMapsFreesTheTableAndAPartLeavesIt) {
  constexpr unsigned long kTable = A::kFree + 6 * PMD_SIZE;
  Alone([&] {
    vm_mmap_pgoff(mm_, nullptr, kTable, PMD_SIZE, A::kFlags, 0);
    AccessUser(mm_, kTable, Access::kWrite);
    madvise_dontneed(mm_, kTable, PMD_SIZE - PAGE_SIZE);
  });
  page_table* const table = PeekPteTable(*mm_, kTable);
  ASSERT_NE(table, nullptr);
  const long bytes = mm_->pgtables_bytes.peek();
  Alone([&] { madvise_dontneed(mm_, kTable, PMD_SIZE); });
  EXPECT_EQ(PeekPteTable(*mm_, kTable), nullptr);
  EXPECT_TRUE(table->freed);
  EXPECT_EQ(mm_->pgtables_bytes.peek(), bytes - kPageTableBytes);
  Alone([&] { EXPECT_TRUE(AccessUser(mm_, kTable, Access::kWrite)); });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(PgtableTest, WhatADriverLooksUpStaysUntilItIsDone) {
  Alone([&] {
    AccessUser(mm_, A::kAnon, Access::kWrite);
    mmap_read_lock(mm_);
    vm_area_struct* const vma = vma_lookup(mm_, A::kAnon);
    const follow_pfnmap_args args = follow_pfnmap_start(vma, A::kAnon);
    EXPECT_EQ(args.page, PeekPte(*mm_, A::kAnon).page);
    EXPECT_EQ(args.locked.ptl, &PeekPteTable(*mm_, A::kAnon)->lock);
    follow_pfnmap_end(args);
    const follow_pfnmap_args nothing = follow_pfnmap_start(vma, A::kAnon + PAGE_SIZE);
    EXPECT_EQ(nothing.page, nullptr);
    follow_pfnmap_end(nothing);
    mmap_read_unlock(mm_);
    EXPECT_EQ(current().context().held.depth(), 0u);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(PgtableTest, TwoTasksThatNeedTheSameTablesMakeThemOnce) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    RandomOrder strategy(seed);
    mm_struct* mm = nullptr;
    pt_slot* slots[2] = {};
    Alone([&] { mm = machine().New<mm_struct>(); });
    const auto walk = [&](int task) {
      mmap_read_lock(mm);
      slots[task] = pmd_alloc(mm, A::kAnon);
      pte_alloc(mm, slots[task], A::kAnon);
      mmap_read_unlock(mm);
    };
    Together({[&] { walk(0); }, [&] { walk(1); }}, &strategy);
    ASSERT_EQ(slots[0], slots[1]) << "seed " << seed;
  }
}

TEST_F(PgtableTest, LockingWhereNoTableIsGivesNothing) {
  Alone([&] {
    mmap_read_lock(mm_);
    const LockedPte locked = pte_offset_map_lock(mm_, pmd_alloc(mm_, A::kFree), A::kFree);
    EXPECT_EQ(locked.pte, nullptr);
    EXPECT_EQ(current().rcu_depth, 0);
    mmap_read_unlock(mm_);
  });
}

TEST_F(PgtableTest, ALockedEntryIsUnderItsTablesLockAndRcu) {
  Alone([&] {
    const LockedPte locked = pte_offset_map_lock(mm_, pmd_, A::kAnon);
    EXPECT_EQ(locked.ptl, &PeekPteTable(*mm_, A::kAnon)->lock);
    EXPECT_EQ(current().rcu_depth, 1);
    EXPECT_TRUE(ptep_get(locked.pte).present());
    pte_unmap_unlock(locked);
    EXPECT_EQ(current().rcu_depth, 0);
  });
}

TEST_F(PgtableTest, ATableThatWasReplacedWhileItsLockWasAwaitedIsNotUsed) {
  page_table* fresh = nullptr;
  const ExecutionResult result =
      Together({[&] {
                  const LockedPte locked = pte_offset_map_lock(mm_, pmd_, A::kAnon);
                  LetOthersGoFirst();
                  fresh = machine().New<page_table>(mm_, Level::kPte, locked.pte->in->start);
                  pmd_->entry.table = fresh;
                  pte_unmap_unlock(locked);
                },
                [&] {
                  const LockedPte locked = pte_offset_map_lock(mm_, pmd_, A::kAnon);
                  EXPECT_EQ(locked.pte->in, fresh);
                  EXPECT_EQ(locked.ptl, &fresh->lock);
                  EXPECT_EQ(current().context().held.depth(), 1u);
                  pte_unmap_unlock(locked);
                }});
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
}

TEST_F(PgtableTest, AFreedTableIsPoisonOnceNoRcuReaderIsLeft) {
  page_table* const table = PeekPteTable(*mm_, A::kAnon);
  Together({[&] {
              rcu_read_lock();
              LetOthersGoFirst();
              EXPECT_EQ(PeekPteTable(*mm_, A::kAnon), nullptr);  // Unlinked,
              EXPECT_FALSE(table->freed);                        // but not gone.
              rcu_read_unlock();
              EXPECT_TRUE(table->freed);
            },
            [&] { __vm_munmap(mm_, A::kAnon, A::kBytes); }});
  for (const pt_slot& slot : table->slots) {
    EXPECT_EQ(slot.entry.kind, pt_entry::Kind::kPoison);
  }
}

TEST_F(PgtableTest, UsingAFreedTableIsACorruption) {
  page_table* const table = PeekPteTable(*mm_, A::kAnon);
  const ExecutionResult result = Together({[&] {
    __vm_munmap(mm_, A::kAnon, A::kBytes);
    ptep_get(table->slot_of(A::kAnon));
  }});
  EXPECT_EQ(result.outcome, Outcome::kCorruption);
  EXPECT_THAT(result.story, ElementsAre("a page table was used after it was freed"));
}

}  // namespace
}  // namespace mm_model
