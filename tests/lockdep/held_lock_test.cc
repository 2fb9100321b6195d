#include "lockdep/held_lock.h"

#include "gtest/gtest.h"

namespace lockdep {
namespace {

LockUse Use(uint32_t id) { return {static_cast<ClassId>(id), ReadMode::kWrite, TryLock::kNo}; }

TEST(HeldLocksTest, IsFullUntilItHasStorage) {
  HeldLocks held;
  EXPECT_TRUE(held.full());

  HeldLock storage[2];
  held.Replace(storage, 2);

  EXPECT_FALSE(held.full());
}

TEST(HeldLocksTest, LargerStorageKeepsTheEntries) {
  HeldLocks held;
  HeldLock small[1];
  HeldLock large[2];
  held.Replace(small, 1);
  held.Next().use = Use(7);
  held.Push();

  EXPECT_EQ(held.Replace(large, 2), small);

  EXPECT_EQ(held.depth(), 1u);
  EXPECT_EQ(held[0].use.class_id(), ClassId{7});
}

TEST(HeldLocksTest, EraseKeepsTheOrderOfTheOthers) {
  HeldLocks held;
  HeldLock storage[3];
  held.Replace(storage, 3);
  for (const uint32_t id : {1, 2, 3}) {
    held.Next().use = Use(id);
    held.Push();
  }

  held.Erase(1);

  ASSERT_EQ(held.depth(), 2u);
  EXPECT_EQ(held[0].use.class_id(), ClassId{1});
  EXPECT_EQ(held[1].use.class_id(), ClassId{3});
}

}  // namespace
}  // namespace lockdep
