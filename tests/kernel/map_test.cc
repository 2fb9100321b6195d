#include "lockdep/kernel/map.h"

#include <atomic>
#include <cstring>
#include <memory>
#include <thread>

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

lock_class_key key;
lock_class_key other_key;
lock_class_key static_key;
lockdep_map static_map = STATIC_LOCKDEP_MAP_INIT("static", nullptr);
lockdep_map static_map_of_a_key = STATIC_LOCKDEP_MAP_INIT("of a key", &key);

class MapTest : public KernelTest {};

void Take(lockdep_map& map) { lock_acquire(&map, 0, 0, 0, 1, nullptr, _THIS_IP_); }
void Release(lockdep_map& map) { lock_release(&map, _THIS_IP_); }

TEST_F(MapTest, StaticLockNeedsNoInitialisation) {
  Take(static_map);
  EXPECT_EQ(lock_is_held(&static_map), LOCK_STATE_HELD);
  Release(static_map);

  EXPECT_THAT(heard(), IsEmpty());
  EXPECT_EQ(static_map.key, reinterpret_cast<lock_class_key*>(&static_map));
}

TEST_F(MapTest, StaticLockMayNameItsKey) {
  Lock lock("of a key", &key);
  Take(static_map_of_a_key);
  Take(lock.dep_map);

  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
}

TEST_F(MapTest, LockOnTheHeapThatWasNeverInitialisedIsReportedOnceAndIgnored) {
  const auto lock = std::make_unique<lockdep_map>();

  Take(*lock);
  Release(*lock);
  Release(*lock);

  ASSERT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  EXPECT_THAT(heard()[0].rule, HasSubstr("must be initialised"));
}

TEST_F(MapTest, LockInMemoryThatHoldsAnythingIsReportedAndIgnored) {
  for (const int byte : {0x01, 0x02, 0x7f, 0xa5, 0xff}) {
    const auto lock = std::make_unique<lockdep_map>();
    memset(static_cast<void*>(lock.get()), byte, sizeof *lock);

    Take(*lock);
    EXPECT_EQ(lock_is_held(lock.get()), LOCK_STATE_NOT_HELD);
    Release(*lock);
  }
  for (const Heard& one : heard()) EXPECT_THAT(one.rule, HasSubstr("must be initialised"));
  EXPECT_FALSE(heard().empty());
}

TEST_F(MapTest, LockOnTheHeapMayNameAStaticKeyWithoutInitialisation) {
  const auto lock = std::make_unique<lockdep_map>();
  lock->key = &key;
  lock->name = "on the heap";
  Lock other("of a key", &key);
  Take(*lock);
  Take(other.dep_map);

  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
}

TEST_F(MapTest, ReleaseOfALockThatWasNeverInitialisedIsReported) {
  const auto lock = std::make_unique<lockdep_map>();

  Release(*lock);

  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
}

TEST_F(MapTest, InitialisationWithoutANameOrAKeyIsReported) {
  lockdep_map map;
  lockdep_init_map(&map, nullptr, &key, 0);
  lockdep_init_map(&map, "name", nullptr, 0);
  Take(map);

  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state", "invalid-lock-state"));
}

TEST_F(MapTest, InitialisationWithASubclassOutOfRangeIsReported) {
  lockdep_map map;
  lockdep_init_map(&map, "name", &key, 8);
  lockdep_init_map(&map, "name", &key, -1);

  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state", "invalid-lock-state"));
}

TEST_F(MapTest, KeyOnTheHeapMustBeRegistered) {
  const auto dynamic_key = std::make_unique<lock_class_key>();
  lockdep_map map;

  lockdep_register_key(dynamic_key.get());
  lockdep_init_map(&map, "name", dynamic_key.get(), 0);
  EXPECT_THAT(heard(), IsEmpty());

  lockdep_unregister_key(dynamic_key.get());
  lockdep_init_map(&map, "name", dynamic_key.get(), 0);
  ASSERT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  EXPECT_THAT(heard()[0].rule, HasSubstr("lockdep_register_key"));
}

TEST_F(MapTest, KeyIsRegisteredOnceAndOnlyOutsideStaticMemory) {
  const auto dynamic_key = std::make_unique<lock_class_key>();

  lockdep_register_key(dynamic_key.get());
  EXPECT_THAT(heard(), IsEmpty());
  lockdep_register_key(dynamic_key.get());
  lockdep_register_key(&key);

  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state", "invalid-lock-state"));
  lockdep_unregister_key(dynamic_key.get());
}

TEST_F(MapTest, OnlyARegisteredKeyIsUnregistered) {
  const auto dynamic_key = std::make_unique<lock_class_key>();

  lockdep_unregister_key(dynamic_key.get());

  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
}

TEST_F(MapTest, SetClassSplitsOneClassIntoTwo) {
  Lock first("name", &key);
  Lock second("name", &key);
  lockdep_set_class(&second, &other_key);

  EXPECT_TRUE(lockdep_match_class(&second, &other_key));
  Take(first.dep_map);
  Take(second.dep_map);

  EXPECT_THAT(heard(), IsEmpty());
  EXPECT_STREQ(second.dep_map.name, "&other_key");
}

TEST_F(MapTest, SetSubclassIsWhatALaterAcquisitionMeans) {
  Lock parent("inode", &key);
  Lock child("inode", &key);
  lockdep_set_subclass(&child, 1);

  Take(parent.dep_map);
  Take(child.dep_map);
  EXPECT_THAT(heard(), IsEmpty());

  Lock sibling("inode", &key);
  lockdep_set_class_and_subclass(&sibling, &key, 1);
  Take(sibling.dep_map);
  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
}

TEST_F(MapTest, LockWithoutTrackingIsNeverHeld) {
  Lock lock("name", &key);
  lockdep_set_notrack_class(&lock);

  Take(lock.dep_map);
  Take(lock.dep_map);

  EXPECT_EQ(lock_is_held(&lock.dep_map), LOCK_STATE_NOT_HELD);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MapTest, WaitAndLockTypesOutOfRangeAreReported) {
  lockdep_map map;
  lockdep_init_map_type(&map, "name", &key, 0, LD_WAIT_MAX, LD_WAIT_INV, LD_LOCK_NORMAL);
  lockdep_init_map_type(&map, "name", &key, 0, LD_WAIT_SPIN, LD_WAIT_MAX, LD_LOCK_NORMAL);
  lockdep_init_map_type(&map, "name", &key, 0, LD_WAIT_SPIN, LD_WAIT_INV, LD_LOCK_MAX);
  Take(map);

  EXPECT_THAT(Kinds(),
              ElementsAre("invalid-lock-state", "invalid-lock-state", "invalid-lock-state"));
}

TEST_F(MapTest, LockWithoutValidationIsHeldAndOrdersNothing) {
  Lock outer("outer", &key);
  Lock lock("name", &other_key);
  lockdep_set_novalidate_class(&lock);
  Take(outer.dep_map);
  Take(lock.dep_map);
  EXPECT_EQ(lock_is_held(&lock.dep_map), LOCK_STATE_HELD);
  Release(lock.dep_map);
  Release(outer.dep_map);
  Take(lock.dep_map);
  Take(outer.dep_map);
  EXPECT_THAT(heard(), IsEmpty());

  debug_check_no_locks_freed(&lock, sizeof lock);
  EXPECT_THAT(Kinds(), ElementsAre("held-lock-destroyed"));
}

TEST_F(MapTest, CopyOfALockIsAnotherOneOfItsClass) {
  Lock lock("name", &key);
  Take(lock.dep_map);
  lockdep_map copy = lock.dep_map;
  EXPECT_EQ(lock_is_held(&copy), LOCK_STATE_NOT_HELD);

  Take(copy);
  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
  debug_check_no_locks_freed(&copy, sizeof copy);
  EXPECT_EQ(lock_is_held(&lock.dep_map), LOCK_STATE_HELD);
  EXPECT_EQ(lock_is_held(&copy), LOCK_STATE_NOT_HELD);
}

TEST_F(MapTest, CopyOfANestLockStandsForIt) {
  Lock nest("nest", &other_key);
  Lock first("name", &key);
  Lock second("name", &key);
  Take(nest.dep_map);
  lockdep_map copy = nest.dep_map;
  lock_acquire(&first.dep_map, 0, 0, 0, 1, &copy, _THIS_IP_);
  lock_acquire(&second.dep_map, 0, 0, 0, 1, &copy, _THIS_IP_);

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MapTest, FreedKeyRangeTakesItsOrdersAlong) {
  static lock_class_key keys[2];
  Lock a("a", &keys[0]);
  Lock b("b", &keys[1]);
  TakeBoth(a, b);
  lockdep_free_key_range(keys, sizeof keys);
  TakeBoth(b, a);
  EXPECT_THAT(heard(), IsEmpty());

  TakeBoth(a, b);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(MapTest, ResetLockForgetsItsClassAndNoOther) {
  Lock a("a", &key);
  Lock b("b", &other_key);
  Lock c("c", &static_key);
  TakeBoth(a, b);
  TakeBoth(b, c);
  lockdep_reset_lock(&a.dep_map);
  TakeBoth(b, a);
  EXPECT_THAT(heard(), IsEmpty());

  TakeBoth(c, b);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(MapTest, ResetOfALockThatWasNeverUsedChangesNothing) {
  lockdep_map map = {};
  lockdep_reset_lock(&map);

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MapTest, UnregisteringAKeyInUseIsReported) {
  const auto dynamic_key = std::make_unique<lock_class_key>();
  lockdep_register_key(dynamic_key.get());
  Lock lock("name", dynamic_key.get());
  Take(lock.dep_map);
  lockdep_unregister_key(dynamic_key.get());

  EXPECT_THAT(Kinds(), ElementsAre("held-lock-destroyed"));
  EXPECT_EQ(lock_is_held(&lock.dep_map), LOCK_STATE_NOT_HELD);
}

// Against a precondition, so nothing is said; nor does anything break: the lock is of a class
// that is new with each end of its key, in the thread that held it too.
TEST_F(MapTest, LocksOfAKeyThatEndedGoOnAsLocks) {
  auto dynamic_key = std::make_unique<lock_class_key>();
  lockdep_register_key(dynamic_key.get());
  Lock lock("dynamic", dynamic_key.get());
  Lock other("other", &other_key);
  std::atomic<int> step{0};
  const auto wait_for = [&](int wanted) {
    while (step != wanted) std::this_thread::yield();
  };
  std::thread holder([&] {
    Take(lock);
    step = 1;
    wait_for(2);
    Take(other);
    lock_set_subclass(&lock.dep_map, 1, _THIS_IP_);  // Refused: the key is not registered.
    Release(other);
    Release(lock);
  });
  wait_for(1);
  lockdep_unregister_key(dynamic_key.get());
  step = 2;
  holder.join();
  ASSERT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  EXPECT_THAT(heard()[0].rule, HasSubstr("must be registered"));

  Lock late("late", &key);
  lockdep_register_key(dynamic_key.get());
  Lock again("dynamic", dynamic_key.get());
  lockdep_unregister_key(dynamic_key.get());
  TakeBoth(again, late);
  TakeBoth(late, again);
  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state", "lock-order-inversion"));
}

}  // namespace
}  // namespace lockdep::kernel
