#include "lockdep/kernel/control.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

lock_class_key key_a;
lock_class_key key_b;

// A program's handlers at fork that take a lock before it and release it after, as those
// of an allocator do; registered before the validator's.
Lock* locked_over_fork = nullptr;
const bool fork_handlers_registered = [] {
  const auto release = [] {
    if (locked_over_fork != nullptr) Release(*locked_over_fork);
  };
  const auto take = [] {
    if (locked_over_fork != nullptr) Take(*locked_over_fork);
  };
  return pthread_atfork(take, release, release) == 0;
}();

class ControlTest : public KernelTest {
 protected:
  Lock a_{"a", &key_a};
  Lock b_{"b", &key_b};
};

TEST_F(ControlTest, ThreadThatIsOffIsNotWatched) {
  TakeBoth(a_, b_);
  lockdep_off();
  lockdep_off();
  lockdep_on();
  TakeBoth(b_, a_);
  EXPECT_THAT(heard(), IsEmpty());

  lockdep_on();
  TakeBoth(b_, a_);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(ControlTest, OnWithoutOffChangesNothing) {
  lockdep_on();
  TakeBoth(a_, b_);
  TakeBoth(b_, a_);

  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(ControlTest, ResetForgetsWhatIsHeldAndKeepsOrders) {
  TakeBoth(a_, b_);
  Take(b_);
  lockdep_reset();
  EXPECT_EQ(lock_is_held(&b_.dep_map), LOCK_STATE_NOT_HELD);
  Take(a_);
  EXPECT_THAT(heard(), IsEmpty());

  lockdep_reset();
  TakeBoth(b_, a_);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(ControlTest, ValidationGoesOnAfterAFinding) {
  TakeBoth(a_, b_);
  TakeBoth(b_, a_);
  EXPECT_EQ(debug_locks, 0);
  EXPECT_FALSE(debug_locks_off());
  debug_locks = 1;
  Release(a_);

  EXPECT_EQ(debug_locks, 0);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion", "unlock-unheld"));
}

TEST_F(ControlTest, FreedMemoryWithAHeldLockIsReported) {
  debug_check_no_locks_freed(&a_, sizeof a_);
  Take(b_);
  debug_check_no_locks_freed(&a_, sizeof a_);
  EXPECT_THAT(heard(), IsEmpty());

  Take(a_);
  debug_check_no_locks_freed(reinterpret_cast<char*>(&a_) + sizeof a_ - 1, 1);
  ASSERT_THAT(Kinds(), ElementsAre("held-lock-destroyed"));
  EXPECT_EQ(heard()[0].lock, "a");
}

TEST_F(ControlTest, FreedMemoryWithSeveralHeldLocksReportsEach) {
  Lock locks[2] = {{"a", &key_a}, {"b", &key_b}};
  Take(locks[0]);
  Take(locks[1]);
  debug_check_no_locks_freed(locks, sizeof locks);

  EXPECT_THAT(Kinds(), ElementsAre("held-lock-destroyed", "held-lock-destroyed"));
}

TEST_F(ControlTest, NoLocksHeldIsCheckedWhereAsked) {
  debug_check_no_locks_held();
  EXPECT_THAT(heard(), IsEmpty());

  Take(a_);
  debug_check_no_locks_held();
  EXPECT_THAT(Kinds(), ElementsAre("held-at-exit"));
}

TEST_F(ControlTest, ReturnToUserSpaceWithALockIsReported) {
  lockdep_sys_exit();
  EXPECT_THAT(heard(), IsEmpty());

  Take(a_);
  lockdep_sys_exit();
  ASSERT_THAT(Kinds(), ElementsAre("held-at-exit"));
  EXPECT_EQ(heard()[0].lock, "a");
}

TEST_F(ControlTest, ThreadThatEndsHoldingALockIsReported) {
  std::thread([&] { TakeBoth(a_, b_); }).join();
  EXPECT_THAT(heard(), IsEmpty());

  std::thread([&] { Take(a_); }).join();
  EXPECT_THAT(Kinds(), ElementsAre("held-at-exit"));
}

TEST_F(ControlTest, ChildOfForkKnowsItsParentsOrders) {
  TakeBoth(a_, b_);
  const pid_t child = fork();
  if (child == 0) {
    TakeBoth(b_, a_);
    _exit(Kinds().size() == 1 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// Whatever the other threads are inside of: the graph, a map that is made ready, an
// order, times.
TEST_F(ControlTest, ChildOfForkGoesOnWhileOtherThreadsWereBusy) {
  constexpr int kForks = 100;
  std::atomic<bool> is_over{false};
  std::vector<std::thread> busy;
  lock_stat = 1;
  for (int i = 0; i < 3; ++i) {
    busy.emplace_back([&] {
      while (!is_over) {
        lock_class_key key = {};
        lockdep_register_key(&key);
        Lock lock("busy", &key);
        TakeBoth(lock, a_);
        lockdep_unregister_key(&key);
      }
    });
  }
  int failed = 0;
  for (int i = 0; i < kForks; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // A child that waits for a lock which nobody holds any more.
      static lock_class_key key_c;
      Lock c("c", &key_c);
      TakeBoth(b_, c);
      TakeBoth(c, b_);
      _exit(Kinds().size() == 1 ? 0 : 1);
    }
    int status = -1;
    if (waitpid(child, &status, 0) != child || status != 0) ++failed;
  }
  is_over = true;
  for (std::thread& thread : busy) thread.join();
  lock_stat = 0;

  EXPECT_EQ(failed, 0);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ControlTest, HandlersAtForkMayTakeLocks) {
  ASSERT_TRUE(fork_handlers_registered);
  Take(a_);
  locked_over_fork = &b_;
  const pid_t child = fork();
  locked_over_fork = nullptr;
  if (child == 0) {
    TakeBoth(b_, b_);
    Release(a_);
    const bool works = Kinds() == std::vector<std::string>{"recursive-lock"} &&
                       lock_is_held(&b_.dep_map) == LOCK_STATE_NOT_HELD;
    _exit(works ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(heard(), IsEmpty());
  EXPECT_EQ(lock_is_held(&a_.dep_map), LOCK_STATE_HELD);
  EXPECT_EQ(lock_is_held(&b_.dep_map), LOCK_STATE_NOT_HELD);
  Release(a_);
}

}  // namespace
}  // namespace lockdep::kernel
