#include "lockdep/kernel/reclaim.h"

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

lock_class_key key;

class ReclaimTest : public KernelTest {
 protected:
  void ReclaimTakesIt() {
    fs_reclaim_acquire(GFP_KERNEL);
    Take(lock_);
    Release(lock_);
    fs_reclaim_release(GFP_KERNEL);
  }
  void AllocateUnderIt(gfp_t gfp) {
    Take(lock_);
    might_alloc(gfp);
    Release(lock_);
  }

  Lock lock_{"inode", &key, LD_WAIT_SLEEP};
};

TEST_F(ReclaimTest, AllocatingUnderWhatReclaimTakesIsReported) {
  ReclaimTakesIt();
  AllocateUnderIt(GFP_KERNEL);
  ASSERT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
  EXPECT_EQ(heard()[0].lock, "fs_reclaim");
}

TEST_F(ReclaimTest, AllocatingElsewhereIsRight) {
  ReclaimTakesIt();
  might_alloc(GFP_KERNEL);
  AllocateUnderIt(GFP_NOFS);
  AllocateUnderIt(GFP_NOWAIT);
  AllocateUnderIt(GFP_KERNEL | __GFP_NOLOCKDEP);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ReclaimTest, AScopeKeepsReclaimAway) {
  ReclaimTakesIt();
  const unsigned outer = memalloc_nofs_save();
  const unsigned inner = memalloc_nofs_save();
  memalloc_nofs_restore(inner);
  AllocateUnderIt(GFP_KERNEL);
  memalloc_nofs_restore(outer);
  const unsigned noio = memalloc_noio_save();
  AllocateUnderIt(GFP_KERNEL);
  memalloc_noio_restore(noio);
  const unsigned noreclaim = memalloc_noreclaim_save();
  AllocateUnderIt(GFP_KERNEL);
  memalloc_noreclaim_restore(noreclaim);
  EXPECT_THAT(heard(), IsEmpty());

  AllocateUnderIt(GFP_KERNEL);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(ReclaimTest, NotifiersMayRunInAnyReclaim) {
  lock_map_acquire(&__mmu_notifier_invalidate_range_start_map);
  Take(lock_);
  Release(lock_);
  lock_map_release(&__mmu_notifier_invalidate_range_start_map);
  AllocateUnderIt(GFP_NOIO);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

__attribute__((noinline)) void AllocateHere() {
  might_alloc(GFP_NOFS);
  asm volatile("# here");
}
__attribute__((noinline)) void AllocateThere() {
  might_alloc(GFP_NOFS);
  asm volatile("# there");
}

TEST_F(ReclaimTest, EachPlaceThatAllocatesIsTold) {
  static lock_class_key spinning_key;
  Lock spinning("spinning", &spinning_key, LD_WAIT_SPIN);
  Take(spinning);
  for (int i = 0; i < 2; ++i) {
    AllocateHere();
    AllocateThere();
  }
  Release(spinning);
  EXPECT_THAT(Kinds(), ElementsAre("invalid-wait-context", "invalid-wait-context"));
}

TEST_F(ReclaimTest, WhatMayReclaimMaySleep) {
  static lock_class_key spinning_key;
  Lock spinning("spinning", &spinning_key, LD_WAIT_SPIN);
  Take(spinning);
  might_alloc(GFP_NOWAIT);
  EXPECT_THAT(heard(), IsEmpty());
  might_alloc(GFP_NOFS);
  Release(spinning);
  EXPECT_THAT(Kinds(), ElementsAre("invalid-wait-context"));
}

}  // namespace
}  // namespace lockdep::kernel
