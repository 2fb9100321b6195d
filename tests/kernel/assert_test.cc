#include "lockdep/kernel/assert.h"

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

lock_class_key key;

class AssertTest : public KernelTest {
 protected:
  Lock lock_{"inode_lock", &key};
};

TEST_F(AssertTest, TrueAssertionsAreSilent) {
  lockdep_assert_none_held_once();
  lockdep_assert_not_held(&lock_);
  Take(lock_);
  lockdep_assert_held(&lock_);
  lockdep_assert_held_write(&lock_);
  lockdep_assert_held_once(&lock_);
  Release(lock_);
  Take(lock_, 1);
  lockdep_assert_held_read(&lock_);

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(AssertTest, HeldNamesTheLockAndTheAssertion) {
  Take(lock_);
  Release(lock_);
  lockdep_assert_held(&lock_);

  ASSERT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  EXPECT_EQ(heard()[0].lock, "inode_lock");
  EXPECT_EQ(heard()[0].rule, "lockdep_assert_held(&lock_)");
  EXPECT_EQ(heard()[0].level, "confirmed");
}

// One place, whatever the compiler makes of a loop around it.
__attribute__((noinline)) void AssertHeld(Lock& lock) { lockdep_assert_held(&lock); }

TEST_F(AssertTest, EachPlaceIsToldOnce) {
  for (int i = 0; i < 3; ++i) AssertHeld(lock_);

  EXPECT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
}

TEST_F(AssertTest, ReaderIsNoWriterAndTheOtherWayRound) {
  Take(lock_, 1);
  lockdep_assert_held_write(&lock_);
  Release(lock_);
  Take(lock_);
  lockdep_assert_held_read(&lock_);

  ASSERT_EQ(heard().size(), 2u);
  EXPECT_EQ(heard()[0].rule, "lockdep_assert_held_write(&lock_)");
  EXPECT_EQ(heard()[1].rule, "lockdep_assert_held_read(&lock_)");
}

TEST_F(AssertTest, HeldWhereNothingMayBe) {
  Take(lock_);
  lockdep_assert_not_held(&lock_);
  lockdep_assert_none_held_once();

  EXPECT_EQ(heard().size(), 2u);
}

TEST_F(AssertTest, NothingIsKnownWhileThreadIsOff) {
  lockdep_off();
  EXPECT_EQ(lock_is_held(&lock_.dep_map), LOCK_STATE_UNKNOWN);
  lockdep_assert_held(&lock_);
  lockdep_assert_not_held(&lock_);
  lockdep_on();

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(AssertTest, WarnOnIsTheConditionAndSaysIt) {
  EXPECT_FALSE(DEBUG_LOCKS_WARN_ON(1 > 2));
  EXPECT_THAT(heard(), IsEmpty());

  EXPECT_TRUE(DEBUG_LOCKS_WARN_ON(2 > 1));
  ASSERT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
  EXPECT_EQ(heard()[0].rule, "DEBUG_LOCKS_WARN_ON(2 > 1)");
}

}  // namespace
}  // namespace lockdep::kernel
