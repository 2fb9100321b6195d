#include "lockdep/kernel/context.h"

#include <thread>

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

lock_class_key key_a;
lock_class_key key_b;

class ContextTest : public KernelTest {
 protected:
  ~ContextTest() override {
    while (lockdep_hardirq_context()) lockdep_hardirq_exit();
    while (lockdep_softirq_context()) lockdep_softirq_exit();
    lockdep_hardirqs_on(_THIS_IP_);
    lockdep_softirqs_on(_THIS_IP_);
  }

  void InHardirq(Lock& lock) {
    lockdep_hardirqs_off(_THIS_IP_);
    lockdep_hardirq_enter();
    lockdep_hardirq_threaded();
    Use(lock);
    lockdep_hardirq_exit();
    lockdep_hardirqs_on(_THIS_IP_);
  }
  void InSoftirq(Lock& lock) {
    lockdep_softirqs_off(_THIS_IP_);
    lockdep_softirq_enter();
    Use(lock);
    lockdep_softirq_exit();
    lockdep_softirqs_on(_THIS_IP_);
  }
  static void Use(Lock& lock) {
    Take(lock);
    Release(lock);
  }

  Lock a_{"a", &key_a, LD_WAIT_CONFIG};
  Lock b_{"b", &key_b, LD_WAIT_CONFIG};
};

TEST_F(ContextTest, ThreadBeginsWithAllOnAndOutsideOfBoth) {
  std::thread([] {
    EXPECT_TRUE(lockdep_hardirqs_enabled());
    EXPECT_TRUE(lockdep_softirqs_enabled());
    EXPECT_FALSE(lockdep_hardirq_context());
    EXPECT_FALSE(lockdep_softirq_context());
  }).join();
}

TEST_F(ContextTest, LockOfAHardirqMustBeTakenWithHardirqsOff) {
  InHardirq(a_);
  lockdep_hardirqs_off(_THIS_IP_);
  Use(a_);
  lockdep_hardirqs_on(_THIS_IP_);
  EXPECT_THAT(heard(), IsEmpty());

  Use(a_);
  ASSERT_THAT(Kinds(), ElementsAre("inconsistent-context"));
  EXPECT_EQ(heard()[0].lock, "a");
}

TEST_F(ContextTest, HardirqsOnAgainUnderALockOfAHardirqAreReported) {
  InHardirq(a_);
  lockdep_hardirqs_off(_THIS_IP_);
  Take(a_);
  lockdep_hardirqs_on(_THIS_IP_);

  EXPECT_THAT(Kinds(), ElementsAre("inconsistent-context"));
  Release(a_);
}

TEST_F(ContextTest, LockOfASoftirqMayBeTakenWithEitherOff) {
  InSoftirq(a_);
  lockdep_softirqs_off(_THIS_IP_);
  Use(a_);
  lockdep_softirqs_on(_THIS_IP_);
  lockdep_hardirqs_off(_THIS_IP_);
  Use(a_);
  lockdep_hardirqs_on(_THIS_IP_);
  EXPECT_THAT(heard(), IsEmpty());

  Use(a_);
  EXPECT_THAT(Kinds(), ElementsAre("inconsistent-context"));
}

TEST_F(ContextTest, LockOfAHardirqMustNotWaitForOneHeldWithHardirqsOn) {
  InHardirq(a_);
  lockdep_hardirqs_off(_THIS_IP_);
  TakeBoth(a_, b_);
  lockdep_hardirqs_on(_THIS_IP_);
  EXPECT_THAT(heard(), IsEmpty());

  Use(b_);
  EXPECT_THAT(Kinds(), ElementsAre("context-inversion"));
}

TEST_F(ContextTest, InterruptionIsNotOrderedAfterWhatItInterrupts) {
  Take(a_);
  InHardirq(b_);
  Release(a_);
  lockdep_hardirqs_off(_THIS_IP_);
  TakeBoth(b_, a_);
  lockdep_hardirqs_on(_THIS_IP_);

  // That b is taken in a hardirq and waits for a, which is held with hardirqs on, is another
  // matter.
  EXPECT_THAT(Kinds(), ElementsAre("context-inversion"));
}

TEST_F(ContextTest, ReadersInAnInterruptRecurse) {
  EXPECT_FALSE(read_lock_is_recursive());
  lockdep_hardirq_enter();
  EXPECT_TRUE(read_lock_is_recursive());
  lockdep_hardirq_exit();
  lockdep_softirq_enter();
  EXPECT_TRUE(read_lock_is_recursive());
}

TEST_F(ContextTest, HardirqsStayOffInsideAHardirq) {
  lockdep_hardirqs_off(_THIS_IP_);
  lockdep_hardirq_enter();
  lockdep_hardirqs_on(_THIS_IP_);
  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  EXPECT_FALSE(lockdep_hardirqs_enabled());
}

TEST_F(ContextTest, LeavingWhatWasNotEnteredChangesNothing) {
  lockdep_hardirq_exit();
  lockdep_softirq_exit();
  lockdep_hardirq_enter();
  EXPECT_TRUE(lockdep_hardirq_context());
  EXPECT_FALSE(lockdep_softirq_context());
}

TEST_F(ContextTest, OnlyRawLocksInAHardirqThatIsNotThreaded) {
  Lock raw("raw", &key_b, LD_WAIT_SPIN);
  lockdep_hardirqs_off(_THIS_IP_);
  lockdep_hardirq_enter();
  Use(raw);
  lockdep_hardirq_threaded();
  Use(a_);
  lockdep_hardirq_exit();
  EXPECT_THAT(heard(), IsEmpty());

  lockdep_hardirq_enter();
  Use(a_);
  EXPECT_THAT(Kinds(), ElementsAre("invalid-wait-context"));
}

TEST_F(ContextTest, MutexUnderASpinlockIsReported) {
  Lock mutex("mutex", &key_b, LD_WAIT_SLEEP);
  TakeBoth(mutex, a_);
  EXPECT_THAT(heard(), IsEmpty());

  Take(a_);
  Take(mutex);
  EXPECT_THAT(Kinds(), ElementsAre("invalid-wait-context", "lock-order-inversion"));
}

TEST_F(ContextTest, SleepIsReportedUnderASpinlockAndNotUnderAMutex) {
  Lock mutex("mutex", &key_b, LD_WAIT_SLEEP);
  might_sleep();
  Take(mutex);
  might_sleep();
  Release(mutex);
  EXPECT_THAT(heard(), IsEmpty());

  Take(a_);
  might_sleep();
  ASSERT_THAT(Kinds(), ElementsAre("invalid-wait-context"));
  EXPECT_EQ(heard()[0].lock, "a");
}

TEST_F(ContextTest, AssertionsSayWhereTheThreadRuns) {
  lockdep_assert_irqs_enabled();
  lockdep_assert_no_hardirq();
  lockdep_hardirqs_off(_THIS_IP_);
  lockdep_assert_irqs_disabled();
  lockdep_softirq_enter();
  lockdep_assert_in_softirq();
  lockdep_hardirq_enter();
  lockdep_assert_in_irq();
  EXPECT_THAT(heard(), IsEmpty());

  lockdep_assert_irqs_enabled();
  lockdep_assert_no_hardirq();
  lockdep_assert_in_softirq();
  lockdep_hardirq_exit();
  lockdep_assert_in_irq();
  lockdep_softirq_exit();
  lockdep_hardirqs_on(_THIS_IP_);
  lockdep_assert_irqs_disabled();
  ASSERT_EQ(heard().size(), 5u);
  EXPECT_EQ(heard()[0].rule, "lockdep_assert_irqs_enabled()");
}

}  // namespace
}  // namespace lockdep::kernel
