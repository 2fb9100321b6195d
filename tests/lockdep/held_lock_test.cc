#include "lockdep/held_lock.h"

#include "gtest/gtest.h"

namespace lockdep {
namespace {

LockUse Use(uint32_t id) { return {static_cast<ClassId>(id), ReadMode::kWrite, TryLock::kNo}; }

TEST(HeldLocksTest, IsFullUntilItHasStorage) {
  HeldLocks held;
  EXPECT_TRUE(held.full());

  HeldLock storage[2] = {};
  held.Replace(storage, 2);

  EXPECT_FALSE(held.full());
}

TEST(HeldLocksTest, LargerStorageKeepsTheEntries) {
  HeldLocks held;
  HeldLock small[1] = {};
  HeldLock large[2] = {};
  held.Replace(small, 1);
  held.Next().use = Use(7);
  held.Push();

  EXPECT_EQ(held.Replace(large, 2), small);

  EXPECT_EQ(held.depth(), 1u);
  EXPECT_EQ(held[0].use.class_id(), ClassId{7});
}

TEST(HeldLocksTest, EraseKeepsTheOrderOfTheOthers) {
  HeldLocks held;
  HeldLock storage[3] = {};
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

TEST(HeldLocksTest, WhatIsPinnedAndAllBelowItIsNotLoose) {
  HeldLocks held;
  HeldLock storage[3] = {};
  held.Replace(storage, 3);
  EXPECT_FALSE(held.is_newest_loose());
  held.Push();
  held.Push();
  EXPECT_TRUE(held.is_newest_loose());

  held.SetPins(held[1], 7);

  EXPECT_FALSE(held.is_newest_loose());
  held.Push();
  EXPECT_TRUE(held.is_newest_loose());
  held.Pop();
  held.SetPins(held[1], 0);
  EXPECT_TRUE(held.is_newest_loose());
  held.SetFloor(2);
  EXPECT_FALSE(held.is_newest_loose());
}

TEST(HeldLocksTest, APlaceOnTheStackHasNoPinsOfItsLastEntry) {
  HeldLocks held;
  HeldLock storage[2] = {};
  held.Replace(storage, 2);
  held.Push();
  held.Push();
  held.SetPins(held[1], 7);

  held.Erase(0);
  held.Push();

  EXPECT_EQ(held[0].pins, 7u);
  EXPECT_EQ(held[1].pins, 0u);
  held.ClearPins();
  EXPECT_EQ(held[0].pins, 0u);
  EXPECT_TRUE(held.is_newest_loose());
}

}  // namespace
}  // namespace lockdep
