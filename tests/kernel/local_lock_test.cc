#include "lockdep/kernel/local_lock.h"

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

lock_class_key local_key;
lock_class_key inner_key;
lock_class_key middle_key;
lock_class_key outer_key;
lock_class_key raw_key;

class LocalLockTest : public KernelTest {
 protected:
  LocalLockTest() { lockdep_init_local_lock(&local_.dep_map, "local", &local_key); }

  static void InHardirq(Lock& lock) {
    lockdep_hardirqs_off(_THIS_IP_);
    lockdep_hardirq_enter();
    Take(lock);
    Release(lock);
    lockdep_hardirq_exit();
    lockdep_hardirqs_on(_THIS_IP_);
  }

  // An interrupt's lock waits for `middle`, and that for one held with interrupts on.
  void Connect(lockdep_map& middle) {
    InHardirq(inner_);
    lockdep_hardirqs_off(_THIS_IP_);
    Take(inner_);
    lock_map_acquire(&middle);
    Release(inner_);
    Take(outer_);
    Release(outer_);
    lock_map_release(&middle);
    lockdep_hardirqs_on(_THIS_IP_);
    Take(outer_);
    Release(outer_);
  }

  struct {
    lockdep_map dep_map;
  } local_;
  Lock inner_{"inner", &inner_key};
  Lock outer_{"outer", &outer_key};
  Lock middle_{"middle", &middle_key};
};

TEST_F(LocalLockTest, IsHeldLikeAnyOther) {
  local_lock_acquire(&local_);
  EXPECT_EQ(lockdep_is_held(&local_), LOCK_STATE_HELD);
  local_lock_release(&local_);
  ASSERT_TRUE(heard().empty());
  local_lock_release(&local_);
  EXPECT_THAT(Kinds(), ElementsAre("unlock-unheld"));
}

TEST_F(LocalLockTest, TakenTwiceIsARecursion) {
  local_lock_acquire(&local_);
  local_lock_acquire(&local_);
  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
}

TEST_F(LocalLockTest, TriedTwiceIsNot) {
  local_lock_acquire(&local_);
  local_trylock_acquire(&local_);
  local_lock_release(&local_);
  local_lock_release(&local_);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(LocalLockTest, ConnectsNothingAcrossContexts) {
  Connect(local_.dep_map);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(LocalLockTest, AnyOtherLockDoes) {
  Connect(middle_.dep_map);
  EXPECT_THAT(Kinds(), ElementsAre("context-inversion"));
}

TEST_F(LocalLockTest, WaitsAsASpinlockDoes) {
  Lock raw("raw", &raw_key, LD_WAIT_SPIN);
  Take(raw);
  local_lock_acquire(&local_);
  EXPECT_THAT(Kinds(), ElementsAre("invalid-wait-context"));
}

TEST_F(LocalLockTest, InStaticMemoryItNeedsNoInitialisation) {
  static struct { lockdep_map dep_map = LOCAL_LOCKDEP_MAP_INIT("static_local"); } local;
  local_lock_acquire(&local);
  local_lock_release(&local);
  EXPECT_THAT(heard(), IsEmpty());
  EXPECT_EQ(local.dep_map.lock_type, LD_LOCK_PERCPU);
}

}  // namespace
}  // namespace lockdep::kernel
