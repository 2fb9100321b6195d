#include "lockdep/kernel/rcu.h"

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

lock_class_key key;
int data = 42;
int* pointer = &data;

class RcuTest : public KernelTest {};

TEST_F(RcuTest, DereferenceInsideAReader) {
  rcu_lock_acquire(&rcu_lock_map);
  EXPECT_TRUE(rcu_read_lock_held());
  EXPECT_EQ(*rcu_dereference(pointer), 42);
  rcu_lock_release(&rcu_lock_map);

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(RcuTest, DereferenceOutsideIsReported) {
  EXPECT_FALSE(rcu_read_lock_held());
  EXPECT_EQ(*rcu_dereference(pointer), 42);

  ASSERT_THAT(Kinds(), ElementsAre("rcu-usage"));
  EXPECT_EQ(heard()[0].rule, "suspicious rcu_dereference_check() usage");
}

TEST_F(RcuTest, DereferenceUnderTheUpdatersLock) {
  Lock lock("lock", &key);
  Take(lock);
  EXPECT_EQ(*rcu_dereference_check(pointer, lockdep_is_held(&lock)), 42);
  EXPECT_EQ(*rcu_dereference_protected(pointer, lockdep_is_held(&lock)), 42);
  EXPECT_THAT(heard(), IsEmpty());

  Release(lock);
  EXPECT_EQ(*rcu_dereference_protected(pointer, lockdep_is_held(&lock)), 42);
  ASSERT_THAT(Kinds(), ElementsAre("rcu-usage"));
  EXPECT_EQ(heard()[0].rule, "suspicious rcu_dereference_protected() usage");
}

TEST_F(RcuTest, WaitingForReadersInsideAReaderIsReported) {
  RCU_LOCKDEP_WARN_IN_READER("synchronize_rcu()");
  EXPECT_THAT(heard(), IsEmpty());

  rcu_lock_acquire(&rcu_sched_lock_map);
  EXPECT_TRUE(rcu_read_lock_sched_held());
  RCU_LOCKDEP_WARN_IN_READER("synchronize_rcu()");
  rcu_lock_release(&rcu_sched_lock_map);
  ASSERT_THAT(Kinds(), ElementsAre("rcu-usage"));
  EXPECT_EQ(heard()[0].rule, "Illegal synchronize_rcu() in RCU read-side critical section");
}

TEST_F(RcuTest, ReadersMayBeEnteredAnywhereAndLimitHowOthersWait) {
  Lock raw("raw", &key, LD_WAIT_SPIN);
  Take(raw);
  rcu_lock_acquire(&rcu_lock_map);
  rcu_lock_release(&rcu_lock_map);
  rcu_try_lock_acquire(&rcu_bh_lock_map);
  EXPECT_TRUE(rcu_read_lock_bh_held());
  rcu_lock_release(&rcu_bh_lock_map);
  Release(raw);
  EXPECT_THAT(heard(), IsEmpty());

  rcu_lock_acquire(&rcu_lock_map);
  might_sleep();
  rcu_lock_release(&rcu_lock_map);
  EXPECT_THAT(Kinds(), ElementsAre("invalid-wait-context"));
}

}  // namespace
}  // namespace lockdep::kernel
