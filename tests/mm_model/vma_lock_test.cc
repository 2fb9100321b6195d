#include "mm_model/vma_lock.h"

#include "mm_model/mm_locks.h"
#include "mm_model/rules/state_rules.h"
#include "tests/mm_model/model_test.h"

namespace mm_model {
namespace {

using A = AddressSpace;
using lockdep::HeldMode;
using testing::ElementsAre;
using testing::IsEmpty;

// Both generations behave alike.
class VmaLockTest : public ModelTest, public testing::WithParamInterface<VmaLockGeneration> {
 protected:
  void SetUp() override {
    machine_.vma_lock_generation = GetParam();
    Alone([this] {
      mm_model::SetUp(space_);
      anon_ = PeekVma(*space_.mm, A::kAnon);
      shared_ = PeekVma(*space_.mm, A::kShared);
    });
  }

  VmaReadLock TryRead(mm_struct* mm, vm_area_struct* vma) {
    rcu_read_lock();
    const VmaReadLock result = vma_start_read(mm, vma, {});
    if (result == VmaReadLock::kLocked) rcu_read_unlock();
    return result;
  }

  A space_;
  vm_area_struct* anon_ = nullptr;
  vm_area_struct* shared_ = nullptr;
};

// ---- Reading ----

TEST_P(VmaLockTest, AFreeVmaIsReadLockedAndCounted) {
  Alone([&] {
    EXPECT_EQ(lock_vma_under_rcu(space_.mm, A::kAnon + PAGE_SIZE), anon_);
    EXPECT_EQ(vma_readers(*anon_), 1);
    EXPECT_TRUE(IsHeld(anon_->read_lock_map, HeldMode::kRead));
    EXPECT_EQ(current().rcu_depth, 0);
    vma_end_read(anon_);
    EXPECT_EQ(vma_readers(*anon_), 0);
    EXPECT_FALSE(IsHeld(anon_->read_lock_map, HeldMode::kAny));
  });
  EXPECT_EQ(machine_.vma_lock_statistics.success, 1);
}

TEST_P(VmaLockTest, ReadersShareAVma) {
  Together({[&] {
              lock_vma_under_rcu(space_.mm, A::kAnon);
              LetOthersGoFirst();
              vma_end_read(anon_);
            },
            [&] {
              lock_vma_under_rcu(space_.mm, A::kAnon);
              EXPECT_EQ(vma_readers(*anon_), 2);
              vma_end_read(anon_);
            }});
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_P(VmaLockTest, WhereNoVmaIsNoneIsLocked) {
  Alone([&] {
    EXPECT_EQ(lock_vma_under_rcu(space_.mm, A::kFree), nullptr);
    EXPECT_EQ(current().rcu_depth, 0);
  });
  EXPECT_EQ(machine_.vma_lock_statistics.abort, 1);
}

TEST_P(VmaLockTest, AWriteLockedVmaIsNotReadLocked) {
  Together({[&] {
              mmap_write_lock(space_.mm);
              vma_start_write(anon_);
              LetOthersGoFirst();
              mmap_write_unlock(space_.mm);
            },
            [&] {
              EXPECT_EQ(TryRead(space_.mm, anon_), VmaReadLock::kContended);
              EXPECT_EQ(vma_readers(*anon_), 0);
              // Another VMA of the same mm is.
              EXPECT_EQ(TryRead(space_.mm, shared_), VmaReadLock::kLocked);
              vma_end_read(shared_);
            }});
}

TEST_P(VmaLockTest, AVmaThatAWriterWaitsForIsNotReadLocked) {
  Flag release;
  const ExecutionResult result =
      Together({[&] {
                  lock_vma_under_rcu(space_.mm, A::kAnon);
                  release.Wait();
                  vma_end_read(anon_);
                },
                [&] {
                  mmap_write_lock(space_.mm);
                  vma_start_write(anon_);
                  EXPECT_TRUE(vma_is_write_locked(*anon_));
                  mmap_write_unlock(space_.mm);
                },
                [&] {
                  EXPECT_FALSE(vma_is_write_locked(*anon_));
                  EXPECT_EQ(TryRead(space_.mm, anon_), VmaReadLock::kContended);
                  release.Raise();
                }});
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
}

TEST_P(VmaLockTest, ADetachedVmaIsToldApart) {
  Alone([&] {
    mmap_write_lock(space_.mm);
    vma_start_write(anon_);
    vma_mark_detached(anon_);
    mmap_write_unlock(space_.mm);
    EXPECT_EQ(TryRead(space_.mm, anon_), VmaReadLock::kDetached);
  });
}

TEST_P(VmaLockTest, ARecycledVmaOfAnotherMmIsNotReadLocked) {
  Alone([&] {
    __vm_munmap(space_.mm, A::kAnon, A::kBytes);
    A other;
    mm_model::SetUp(other);
    ASSERT_EQ(PeekVma(*other.mm, A::kAnon), anon_);  // The same memory.
    EXPECT_EQ(TryRead(space_.mm, anon_), VmaReadLock::kContended);
    EXPECT_EQ(TryRead(other.mm, anon_), VmaReadLock::kLocked);
    vma_end_read(anon_);
  });
}

TEST_P(VmaLockTest, AVmaThatMovedAwayFromTheAddressIsGivenBack) {
  Alone([&] {
    anon_->vm_end.Reset(A::kAnon + PAGE_SIZE);  // The tree still says otherwise.
    EXPECT_EQ(lock_vma_under_rcu(space_.mm, A::kAnon + PAGE_SIZE), nullptr);
    EXPECT_EQ(vma_readers(*anon_), 0);
  });
}

TEST_P(VmaLockTest, AReaderWaitsOutADetachAndFindsNothing) {
  RoundRobin strategy;
  const ExecutionResult result =
      Together({[&] { __vm_munmap(space_.mm, A::kAnon, A::kBytes); },
                [&] {
                  while (vm_area_struct* vma = lock_vma_under_rcu(space_.mm, A::kAnon))
                    vma_end_read(vma);
                }},
               &strategy);
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
}

// ---- Writing ----

TEST_P(VmaLockTest, AWriterWaitsForReaders) {
  std::string log;
  Together({[&] {
              lock_vma_under_rcu(space_.mm, A::kAnon);
              LetOthersGoFirst();
              log += "reader out ";
              vma_end_read(anon_);
            },
            [&] {
              mmap_write_lock(space_.mm);
              vma_start_write(anon_);
              log += "writer in";
              mmap_write_unlock(space_.mm);
            }});
  EXPECT_EQ(log, "reader out writer in");
}

TEST_P(VmaLockTest, WriteLocksLastUntilTheMmapLockIsUnlocked) {
  Alone([&] {
    mmap_write_lock(space_.mm);
    vma_start_write(anon_);
    vma_start_write(shared_);
    vma_start_write(anon_);  // Once more does nothing.
    EXPECT_TRUE(IsHeld(anon_->write_lock_map, HeldMode::kWrite));
    EXPECT_TRUE(IsHeld(shared_->write_lock_map, HeldMode::kWrite));
    EXPECT_EQ(current().context().held.depth(), 3u);
    mmap_write_unlock(space_.mm);
    EXPECT_EQ(current().context().held.depth(), 0u);
    EXPECT_FALSE(vma_is_write_locked(*anon_));
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_P(VmaLockTest, DowngradingEndsAllWriteLocks) {
  Alone([&] {
    mmap_write_lock(space_.mm);
    vma_start_write(anon_);
    mmap_write_downgrade(space_.mm);
    EXPECT_FALSE(IsHeld(anon_->write_lock_map, HeldMode::kAny));
    EXPECT_EQ(TryRead(space_.mm, anon_), VmaReadLock::kLocked);
    vma_end_read(anon_);
    mmap_read_unlock(space_.mm);
  });
}

TEST_P(VmaLockTest, DetachingWaitsForAReaderThatIsAboutToBackOff) {
  // In many orders: whatever the reader does, detaching ends with no reader left.
  for (uint64_t seed = 0; seed < 200; ++seed) {
    RandomOrder strategy(seed);
    A space;
    Alone([&] { mm_model::SetUp(space); });
    const ExecutionResult result = Together(
        {[&] {
           mmap_write_lock(space.mm);
           vm_area_struct* const vma = find_vma(space.mm, A::kAnon);
           vma_start_write(vma);
           vma_mark_detached(vma);
           if (GetParam() == VmaLockGeneration::kRefcount) {
             EXPECT_EQ(vma->vm_refcnt, 0u);
           }
           mmap_write_unlock(space.mm);
         },
         [&] {
           rcu_read_lock();
           vm_area_struct* const vma = space.mm->mm_mt.read().find(A::kAnon, A::kAnon)->item;
           if (vma_start_read(space.mm, vma, {}) != VmaReadLock::kLocked) return;
           rcu_read_unlock();
           vma_end_read(vma);
         }},
        &strategy);
    ASSERT_EQ(result.outcome, Outcome::kCompleted) << "seed " << seed;
  }
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_P(VmaLockTest, AKilledTaskGetsNoWriteLockAndLeavesReadersIn) {
  Together({[&] {
              lock_vma_under_rcu(space_.mm, A::kAnon);
              LetOthersGoFirst();
              vma_end_read(anon_);
              EXPECT_EQ(TryRead(space_.mm, anon_), VmaReadLock::kLocked);
              vma_end_read(anon_);
            },
            [&] {
              mmap_write_lock(space_.mm);
              current().fatal_signal_pending = true;
              EXPECT_FALSE(vma_start_write_killable(anon_));
              EXPECT_FALSE(IsHeld(anon_->write_lock_map, HeldMode::kAny));
              EXPECT_FALSE(vma_is_write_locked(*anon_));
              mmap_write_unlock(space_.mm);
            }});
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_P(VmaLockTest, UnderTheMmapLockAVmaIsReadLockedWithoutFail) {
  Alone([&] {
    mmap_read_lock(space_.mm);
    vma_start_read_locked(anon_);
    vma_start_read_locked_nested(shared_, 1);
    mmap_read_unlock(space_.mm);
    EXPECT_EQ(vma_readers(*anon_), 1);
    vma_end_read(shared_);
    vma_end_read(anon_);
    EXPECT_EQ(vma_readers(*anon_), 0);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

// ---- Rules, from both sides ----

TEST_P(VmaLockTest, ReadLockingWithoutFailNeedsTheMmapLock) {
  Alone([&] {
    vma_start_read_locked(anon_);
    vma_end_read(anon_);
  });
  EXPECT_THAT(Findings(), ElementsAre("invalid-lock-state vma_start_read_locked"));
}

TEST_P(VmaLockTest, WriteLockingUnderTheMmapReadLockIsInvalid) {
  Alone([&] {
    mmap_read_lock(space_.mm);
    vma_start_write(anon_);
    mmap_read_unlock(space_.mm);
  });
  EXPECT_THAT(Findings(), ElementsAre("invalid-lock-state vma_start_write"));
  EXPECT_EQ(findings_.found[0].rule, RuleOf(StateRuleId::kVmaWriteNeedsMmapWrite).text);
}

TEST_P(VmaLockTest, WriteLockingUnderTheDowngradedLockIsInvalid) {
  Alone([&] {
    mmap_write_lock(space_.mm);
    mmap_write_downgrade(space_.mm);
    vma_start_write(anon_);
    mmap_read_unlock(space_.mm);
  });
  EXPECT_THAT(Findings(), ElementsAre("invalid-lock-state vma_start_write"));
}

TEST_P(VmaLockTest, WriteLockingWithoutTheMmapLockIsInvalid) {
  Alone([&] { vma_start_write(anon_); });
  EXPECT_THAT(Findings(), ElementsAre("invalid-lock-state vma_start_write"));
}

TEST_P(VmaLockTest, WriteLockingUnderAnotherMmsWriteLockIsInvalid) {
  Alone([&] {
    A other;
    mm_model::SetUp(other);
    mmap_write_lock(other.mm);
    vma_start_write(anon_);
    mmap_write_unlock(other.mm);
  });
  EXPECT_THAT(Findings(), ElementsAre("invalid-lock-state vma_start_write"));
}

TEST_P(VmaLockTest, WriteLockingAVmaThatTheTaskReadsIsInvalidAndHangs) {
  const ExecutionResult result = Together({[&] {
    mmap_write_lock(space_.mm);
    lock_vma_under_rcu(space_.mm, A::kAnon);
    vma_start_write(anon_);
  }});
  EXPECT_THAT(Findings(),
              ElementsAre("invalid-lock-state vma_start_write", "deadlock vma_start_write"));
  EXPECT_EQ(findings_.found[0].rule, RuleOf(StateRuleId::kVmaReadThenVmaWrite).text);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
}

TEST_P(VmaLockTest, WriteLockingAnotherVmaThanTheOneTheTaskReadsIsNoStateError) {
  Alone([&] {
    mmap_write_lock(space_.mm);
    lock_vma_under_rcu(space_.mm, A::kAnon);
    vma_start_write(shared_);
    vma_end_read(anon_);
    mmap_write_unlock(space_.mm);
  });
  EXPECT_THAT(Findings(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Generation, VmaLockTest,
                         testing::Values(VmaLockGeneration::kRefcount,
                                         VmaLockGeneration::kSemaphore),
                         [](const auto& test) {
                           return test.param == VmaLockGeneration::kRefcount ? "Refcount"
                                                                             : "Semaphore";
                         });

}  // namespace
}  // namespace mm_model
