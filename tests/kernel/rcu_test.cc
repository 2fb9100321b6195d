#include "lockdep/kernel/rcu.h"

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

lock_class_key key;
lock_class_key srcu_key;
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

TEST_F(RcuTest, EachFlavourHasItsDereference) {
  rcu_lock_acquire(&rcu_bh_lock_map);
  EXPECT_EQ(*rcu_dereference_bh(pointer), 42);
  EXPECT_TRUE(rcu_read_lock_any_held());
  rcu_lock_release(&rcu_bh_lock_map);
  rcu_lock_acquire(&rcu_sched_lock_map);
  EXPECT_EQ(*rcu_dereference_sched(pointer), 42);
  EXPECT_TRUE(rcu_read_lock_any_held());
  rcu_lock_release(&rcu_sched_lock_map);
  EXPECT_FALSE(rcu_read_lock_any_held());
  EXPECT_EQ(rcu_access_pointer(pointer), &data);
  EXPECT_THAT(heard(), IsEmpty());

  rcu_lock_acquire(&rcu_lock_map);
  EXPECT_EQ(*rcu_dereference_bh(pointer), 42);
  EXPECT_EQ(*rcu_dereference_sched(pointer), 42);
  rcu_lock_release(&rcu_lock_map);
  ASSERT_THAT(Kinds(), ElementsAre("rcu-usage", "rcu-usage"));
  EXPECT_EQ(heard()[0].rule, "suspicious rcu_dereference_bh_check() usage");
  EXPECT_EQ(heard()[1].rule, "suspicious rcu_dereference_sched_check() usage");
}

TEST_F(RcuTest, SleepableReadersHaveAMapOfTheirOwn) {
  Lock srcu("srcu", &srcu_key);
  srcu_lock_acquire(&srcu.dep_map);
  EXPECT_EQ(*srcu_dereference(pointer, &srcu), 42);
  might_sleep();
  srcu_lock_release(&srcu.dep_map);
  srcu_lock_sync(&srcu.dep_map);
  EXPECT_THAT(heard(), IsEmpty());

  EXPECT_EQ(*srcu_dereference(pointer, &srcu), 42);
  srcu_lock_acquire(&srcu.dep_map);
  srcu_lock_sync(&srcu.dep_map);
  srcu_lock_release(&srcu.dep_map);
  EXPECT_THAT(Kinds(), ElementsAre("rcu-usage", "recursive-lock"));
}

TEST_F(RcuTest, AssertionsAskForTheirFlavour) {
  rcu_lock_acquire(&rcu_lock_map);
  lockdep_assert_in_rcu_read_lock();
  lockdep_assert_in_rcu_reader();
  rcu_lock_release(&rcu_lock_map);
  EXPECT_THAT(heard(), IsEmpty());

  lockdep_assert_in_rcu_read_lock();
  lockdep_assert_in_rcu_read_lock_bh();
  lockdep_assert_in_rcu_read_lock_sched();
  lockdep_assert_in_rcu_reader();
  EXPECT_THAT(Kinds(), ElementsAre("rcu-usage", "rcu-usage", "rcu-usage", "rcu-usage"));
}

TEST_F(RcuTest, ReadersDoNotSleep) {
  rcu_sleep_check();
  EXPECT_THAT(heard(), IsEmpty());

  rcu_lock_acquire(&rcu_bh_lock_map);
  rcu_sleep_check();
  rcu_lock_release(&rcu_bh_lock_map);
  ASSERT_THAT(Kinds(), ElementsAre("rcu-usage"));
  EXPECT_EQ(heard()[0].rule, "Illegal context switch in RCU-bh read-side critical section");
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
