#include "mm_model/mm_locks.h"

#include "mm_model/rules/state_rules.h"
#include "mm_model/vma_lock.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using A = AddressSpace;
using lockdep::HeldMode;
using testing::ElementsAre;
using testing::IsEmpty;

class MmLocksTest : public ModelTest {
 protected:
  void SetUp() override {
    Alone([this] { mm_model::SetUp(space_); });
  }

  bool Holds(const rw_semaphore& sem, HeldMode mode) { return IsHeld(sem.dep_map(), mode); }

  A space_;
  std::string log_;
};

// How a task can hold the mmap lock.
enum class Hold { kRead, kDowngraded, kWrite };

class MmapExclusivityTest : public MmLocksTest,
                            public testing::WithParamInterface<std::tuple<Hold, Hold, bool>> {
 protected:
  void Acquire(Hold hold) {
    hold == Hold::kRead ? mmap_read_lock(space_.mm) : mmap_write_lock(space_.mm);
    if (hold == Hold::kDowngraded) mmap_write_downgrade(space_.mm);
  }
  void Release(Hold hold) {
    hold == Hold::kWrite ? mmap_write_unlock(space_.mm) : mmap_read_unlock(space_.mm);
  }
};

TEST_P(MmapExclusivityTest, IsAsTheDocumentsTableSays) {
  const auto [first, second, exclusive] = GetParam();
  bool first_holds = false;
  bool met = false;
  const ExecutionResult result = Together({[&] {
                                             Acquire(std::get<0>(GetParam()));
                                             first_holds = true;
                                             LetOthersGoFirst();
                                             first_holds = false;
                                             Release(std::get<0>(GetParam()));
                                           },
                                           [&] {
                                             Acquire(std::get<1>(GetParam()));
                                             met = first_holds;
                                             Release(std::get<1>(GetParam()));
                                           }});
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
  EXPECT_EQ(met, !exclusive);
  EXPECT_THAT(Findings(), IsEmpty());
}

// Documentation/mm/process_addrs.rst, "mmap write lock downgrading".
INSTANTIATE_TEST_SUITE_P(Table, MmapExclusivityTest,
                         testing::Values(std::tuple(Hold::kRead, Hold::kRead, false),
                                         std::tuple(Hold::kRead, Hold::kDowngraded, true),
                                         std::tuple(Hold::kRead, Hold::kWrite, true),
                                         std::tuple(Hold::kDowngraded, Hold::kRead, false),
                                         std::tuple(Hold::kDowngraded, Hold::kDowngraded, true),
                                         std::tuple(Hold::kDowngraded, Hold::kWrite, true),
                                         std::tuple(Hold::kWrite, Hold::kRead, true),
                                         std::tuple(Hold::kWrite, Hold::kDowngraded, true),
                                         std::tuple(Hold::kWrite, Hold::kWrite, true)));

TEST_F(MmLocksTest, TheSequenceIsOddWhileWriteLockedOnly) {
  Alone([&] {
    const uint32_t before = space_.mm->mm_lock_seq;
    EXPECT_EQ(before % 2, 0u);
    mmap_read_lock(space_.mm);
    EXPECT_EQ(space_.mm->mm_lock_seq, before);
    mmap_read_unlock(space_.mm);
    mmap_write_lock(space_.mm);
    EXPECT_EQ(space_.mm->mm_lock_seq, before + 1);
    mmap_write_downgrade(space_.mm);
    EXPECT_EQ(space_.mm->mm_lock_seq, before + 2);
    mmap_read_unlock(space_.mm);
    EXPECT_EQ(space_.mm->mm_lock_seq, before + 2);
  });
}

TEST_F(MmLocksTest, SpeculationIsRefusedByAWriterAndToldOfOne) {
  Alone([&] {
    unsigned sequence = 0;
    EXPECT_TRUE(mmap_lock_speculate_try_begin(space_.mm, &sequence));
    mmap_read_lock(space_.mm);
    mmap_read_unlock(space_.mm);
    EXPECT_FALSE(mmap_lock_speculate_retry(space_.mm, sequence));
    mmap_write_lock(space_.mm);
    EXPECT_TRUE(mmap_lock_speculate_retry(space_.mm, sequence));
    EXPECT_FALSE(mmap_lock_speculate_try_begin(space_.mm, &sequence));
    mmap_write_downgrade(space_.mm);
    EXPECT_TRUE(mmap_lock_speculate_retry(space_.mm, sequence));
    EXPECT_TRUE(mmap_lock_speculate_try_begin(space_.mm, &sequence));
    mmap_read_unlock(space_.mm);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(MmLocksTest, AKilledTaskGetsNoMmapLockAndNoSequence) {
  Together({[&] {
              mmap_read_lock(space_.mm);
              LetOthersGoFirst();
              mmap_read_unlock(space_.mm);
            },
            [&] {
              const uint32_t before = space_.mm->mm_lock_seq;
              current().fatal_signal_pending = true;
              EXPECT_FALSE(mmap_write_lock_killable(space_.mm));
              EXPECT_EQ(space_.mm->mm_lock_seq, before);
              EXPECT_FALSE(Holds(space_.mm->mmap_lock, HeldMode::kAny));
            }});
  EXPECT_EQ(space_.mm->mmap_lock.writer(), nullptr);
}

TEST_F(MmLocksTest, TheMmapReadLockCanBeTriedWithoutWaiting) {
  Together({[&] {
              mmap_write_lock(space_.mm);
              LetOthersGoFirst();
              mmap_write_unlock(space_.mm);
            },
            [&] { EXPECT_FALSE(mmap_read_trylock(space_.mm)); }});
  Alone([&] {
    EXPECT_TRUE(mmap_read_trylock(space_.mm));
    mmap_read_unlock(space_.mm);
  });
}

TEST_F(MmLocksTest, EachLockOfAFileAndItsFoliosIsALockOfItsOwn) {
  Alone([&] {
    address_space* const mapping = space_.data->f_mapping;
    auto* const page = machine().New<folio>();
    inode_lock(space_.data->f_inode);
    filemap_invalidate_lock(mapping);
    folio_lock(page);
    EXPECT_FALSE(folio_trylock(page));
    i_mmap_lock_write(mapping);
    auto* const av = machine().New<anon_vma>(nullptr);
    anon_vma_lock_write(av);
    xa_lock_irq(mapping);
    EXPECT_EQ(current().context().held.depth(), 6u);
    xa_unlock_irq(mapping);
    anon_vma_unlock_write(av);
    i_mmap_unlock_write(mapping);
    folio_unlock(page);
    filemap_invalidate_unlock(mapping);
    inode_unlock(space_.data->f_inode);
    EXPECT_EQ(current().context().held.depth(), 0u);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(MmLocksTest, TheLockOfAnAnonVmaIsThatOfItsRoot) {
  Alone([&] {
    auto* const root = machine().New<anon_vma>(nullptr);
    auto* const child = machine().New<anon_vma>(root);
    anon_vma_lock_write(child);
    EXPECT_TRUE(Holds(root->rwsem, HeldMode::kWrite));
    EXPECT_FALSE(Holds(child->rwsem, HeldMode::kAny));
    anon_vma_unlock_write(child);
  });
}

// ---- Rules of lock states, from both sides ----

TEST_F(MmLocksTest, WaitingForTheMmapLockUnderAVmaReadLockIsInvalid) {
  Alone([&] {
    vm_area_struct* const vma = lock_vma_under_rcu(space_.mm, A::kAnon);
    mmap_read_lock(space_.mm);
    mmap_read_unlock(space_.mm);
    vma_end_read(vma);
  });
  EXPECT_THAT(Findings(), ElementsAre("invalid-lock-state mm->mmap_lock"));
  EXPECT_EQ(findings_.found[0].rule, RuleOf(StateRuleId::kVmaReadThenMmap).text);
}

TEST_F(MmLocksTest, TryingTheMmapLockUnderAVmaReadLockIsValid) {
  Alone([&] {
    vm_area_struct* const vma = lock_vma_under_rcu(space_.mm, A::kAnon);
    ASSERT_TRUE(mmap_read_trylock(space_.mm));
    mmap_read_unlock(space_.mm);
    vma_end_read(vma);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(MmLocksTest, WaitingForTheMmapLockOfAnotherMmIsValid) {
  Alone([&] {
    A other;
    mm_model::SetUp(other);
    vm_area_struct* const vma = lock_vma_under_rcu(space_.mm, A::kAnon);
    mmap_read_lock(other.mm);
    mmap_read_unlock(other.mm);
    vma_end_read(vma);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(MmLocksTest, WaitingAfterTheVmaReadLockWasGivenBackIsValid) {
  Alone([&] {
    vma_end_read(lock_vma_under_rcu(space_.mm, A::kAnon));
    mmap_write_lock(space_.mm);
    mmap_write_unlock(space_.mm);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

}  // namespace
}  // namespace mm_model
