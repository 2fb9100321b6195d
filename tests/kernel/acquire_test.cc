#include "lockdep/kernel/acquire.h"

#include <thread>

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

lock_class_key key_a;
lock_class_key key_b;

class AcquireTest : public KernelTest {
 protected:
  Lock a_{"a", &key_a};
  Lock b_{"b", &key_b};
};

TEST_F(AcquireTest, OneOrderIsSilent) {
  TakeBoth(a_, b_);
  TakeBoth(a_, b_);

  EXPECT_THAT(heard(), IsEmpty());
  EXPECT_EQ(debug_locks, 1);
}

TEST_F(AcquireTest, BothOrdersAreAnInversion) {
  TakeBoth(a_, b_);
  TakeBoth(b_, a_);

  ASSERT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
  EXPECT_EQ(heard()[0].lock, "a");
  EXPECT_THAT(heard()[0].message, HasSubstr("lock-order-inversion (feasible): a, while holding b"));
  EXPECT_EQ(debug_locks, 0);
}

TEST_F(AcquireTest, BothOrdersInTwoThreadsAreAnInversion) {
  std::thread([&] { TakeBoth(a_, b_); }).join();
  std::thread([&] { TakeBoth(b_, a_); }).join();

  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(AcquireTest, TwoLocksOfOneClassAreRecursion) {
  Lock other("a", &key_a);

  Take(a_);
  Take(other);

  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
}

TEST_F(AcquireTest, TwoLocksOfOneClassAtTwoLevelsAreSilent) {
  Lock other("a", &key_a);

  Take(a_);
  lock_acquire(&other.dep_map, SINGLE_DEPTH_NESTING, 0, 0, 1, nullptr, _THIS_IP_);

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(AcquireTest, RecursiveReadersAreSilentAndPlainOnesAreNot) {
  Take(a_, 2);
  Take(a_, 2);
  EXPECT_THAT(heard(), IsEmpty());

  Take(b_, 1);
  Take(b_, 1);
  EXPECT_THAT(Kinds(), ElementsAre("read-recursion"));
}

TEST_F(AcquireTest, TriedLockAddsNoOrder) {
  TakeBoth(a_, b_);
  Take(b_);
  lock_acquire(&a_.dep_map, 0, 1, 0, 1, nullptr, _THIS_IP_);

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(AcquireTest, NestLockSerialisesItsClassAndMustBeHeld) {
  Lock other("a", &key_a);
  Take(b_);
  lock_acquire(&a_.dep_map, 0, 0, 0, 1, &b_.dep_map, _THIS_IP_);
  lock_acquire(&other.dep_map, 0, 0, 0, 1, &b_.dep_map, _THIS_IP_);
  EXPECT_THAT(heard(), IsEmpty());

  Release(other);
  Release(a_);
  Release(b_);
  lock_acquire(&a_.dep_map, 0, 0, 0, 1, &b_.dep_map, _THIS_IP_);
  EXPECT_THAT(Kinds(), ElementsAre("nest-lock-missing"));
}

TEST_F(AcquireTest, ReleaseOfWhatIsNotHeldIsReported) {
  Take(a_);
  Release(a_);
  EXPECT_THAT(heard(), IsEmpty());

  Release(a_);
  EXPECT_THAT(Kinds(), ElementsAre("unlock-unheld"));
}

TEST_F(AcquireTest, ReleaseByAnotherThreadIsReported) {
  Take(a_);
  std::thread([&] { Release(a_); }).join();

  EXPECT_THAT(Kinds(), ElementsAre("unlock-by-other-thread"));
}

TEST_F(AcquireTest, SubclassOutOfRangeIsReportedAndOrdersNothing) {
  lock_acquire(&a_.dep_map, 7, 0, 0, 1, nullptr, _THIS_IP_);
  EXPECT_THAT(heard(), IsEmpty());

  lock_acquire(&b_.dep_map, 8, 0, 0, 1, nullptr, _THIS_IP_);
  ASSERT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  EXPECT_THAT(heard()[0].rule, HasSubstr("subclass"));
  EXPECT_EQ(lock_is_held(&b_.dep_map), LOCK_STATE_HELD);
  Release(b_);
  Release(a_);
  Take(b_);
  lock_acquire(&a_.dep_map, 7, 0, 0, 1, nullptr, _THIS_IP_);
  EXPECT_EQ(heard().size(), 1u);
}

TEST_F(AcquireTest, ReadOutOfRangeIsReportedAndOrdersNothing) {
  Take(a_, 3);
  Release(a_);

  ASSERT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  EXPECT_THAT(heard()[0].rule, HasSubstr("`read` is 0, 1 or 2"));
}

TEST_F(AcquireTest, DowngradedLockIsHeldForReading) {
  Take(a_);
  lock_downgrade(&a_.dep_map, _THIS_IP_);

  EXPECT_EQ(lock_is_held_type(&a_.dep_map, 1), LOCK_STATE_HELD);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(AcquireTest, DowngradeOfAReadLockIsReported) {
  Take(a_, 1);
  lock_downgrade(&a_.dep_map, _THIS_IP_);

  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
}

TEST_F(AcquireTest, MightLockFindsTheOrderOfAPathThatWasNotTaken) {
  TakeBoth(a_, b_);
  Take(b_);
  might_lock(&a_);

  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
  EXPECT_EQ(lock_is_held(&a_.dep_map), LOCK_STATE_NOT_HELD);
}

TEST_F(AcquireTest, MightLockReadIsARead) {
  Take(a_, 2);
  might_lock_read(&a_);

  EXPECT_THAT(Kinds(), ElementsAre("read-recursion"));
}

TEST_F(AcquireTest, MightLockNestedIsOfItsSubclass) {
  Lock other("a", &key_a);
  Take(a_);
  might_lock_nested(&other, 1);
  EXPECT_THAT(heard(), IsEmpty());
  might_lock_nested(&other, 0);

  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
}

TEST_F(AcquireTest, UncheckedAcquisitionIsHeldAndOrdersNothing) {
  TakeBoth(a_, b_);
  Take(b_);
  lock_acquire(&a_.dep_map, 0, 0, 0, /*check=*/0, nullptr, _THIS_IP_);

  EXPECT_EQ(lock_is_held(&a_.dep_map), LOCK_STATE_HELD);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(AcquireTest, SyncWaitsForHoldersAndHoldsNothing) {
  Take(a_);
  lock_map_sync(&b_.dep_map);
  EXPECT_EQ(lock_is_held(&b_.dep_map), LOCK_STATE_NOT_HELD);
  Release(a_);
  EXPECT_THAT(heard(), IsEmpty());

  TakeBoth(b_, a_);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(AcquireTest, SetClassMovesAHeldLockAndProvesWhatFollowsAnew) {
  static lock_class_key key_c;
  Lock c("c", &key_c);
  TakeBoth(b_, c);
  Take(a_);
  Take(b_);
  lock_set_class(&a_.dep_map, "c", &key_c, 0, _THIS_IP_);

  ASSERT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
  Release(b_);
  Release(a_);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(AcquireTest, SetSubclassMovesOnlyTheHeldLock) {
  Lock other("a", &key_a);
  Take(a_);
  lock_set_subclass(&a_.dep_map, 1, _THIS_IP_);
  Take(other);

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(AcquireTest, SetClassOfWhatIsNotHeldIsReported) {
  lock_set_class(&a_.dep_map, "c", &key_b, 0, _THIS_IP_);

  ASSERT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  EXPECT_EQ(heard()[0].lock, "a");
}

TEST_F(AcquireTest, SetClassOfWhatIsNotHeldChangesNothing) {
  lock_set_class(&a_.dep_map, "c", &key_b, 0, _THIS_IP_);
  lock_set_class(&a_.dep_map, nullptr, nullptr, 99, _THIS_IP_);

  EXPECT_TRUE(lockdep_match_class(&a_, &key_a));
  TakeBoth(a_, b_);
  TakeBoth(b_, a_);
  EXPECT_THAT(Kinds(), Contains("lock-order-inversion"));
}

TEST_F(AcquireTest, PinnedLockIsReleasedOnlyAfterItsCookieCameBack) {
  Take(a_);
  pin_cookie cookie = lock_pin_lock(&a_.dep_map);
  lock_unpin_lock(&a_.dep_map, cookie);
  lock_repin_lock(&a_.dep_map, cookie);
  lock_unpin_lock(&a_.dep_map, cookie);
  Release(a_);
  EXPECT_THAT(heard(), IsEmpty());

  Take(a_);
  cookie = lock_pin_lock(&a_.dep_map);
  Release(a_);
  EXPECT_THAT(Kinds(), ElementsAre("pin-violated"));
}

TEST_F(AcquireTest, PinOfWhatIsNotHeldAndUnpinOfWhatIsNotPinnedAreReported) {
  lock_pin_lock(&a_.dep_map);
  Take(a_);
  lock_unpin_lock(&a_.dep_map, pin_cookie{7});

  EXPECT_THAT(Kinds(), ElementsAre("pin-violated", "pin-violated"));
}

TEST_F(AcquireTest, DowngradeOfWhatIsNotHeldIsReported) {
  lock_downgrade(&a_.dep_map, _THIS_IP_);

  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
}

}  // namespace
}  // namespace lockdep::kernel
