#include "lockdep/kernel/map.h"

#include <cstring>
#include <memory>

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

lock_class_key key;
lock_class_key other_key;
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

}  // namespace
}  // namespace lockdep::kernel
