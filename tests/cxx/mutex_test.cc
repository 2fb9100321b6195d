#include "lockdep/cxx/mutex.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "tests/kernel/kernel_test.h"

namespace lockdep {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MutexTest : public kernel::KernelTest {};

template <typename Outer, typename Inner>
void LockBoth(Outer& outer, Inner& inner) {
  std::lock_guard<Outer> first(outer);
  std::lock_guard<Inner> second(inner);
}

TEST_F(MutexTest, OneOrderIsSilentAndBothAreAnInversion) {
  Mutex a("a");
  Mutex b("b");
  LockBoth(a, b);
  LockBoth(a, b);
  EXPECT_THAT(heard(), IsEmpty());

  LockBoth(b, a);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(MutexTest, LocksOfOneNameAreOneClass) {
  Mutex a1("a");
  Mutex a2("a");
  Mutex b1("b");
  Mutex b2("b");
  LockBoth(a1, b1);
  LockBoth(b2, a2);

  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(MutexTest, LockWithoutANameIsAClassOfItsOwn) {
  const auto a = std::make_unique<Mutex>();
  const auto b = std::make_unique<Mutex>();
  const auto c = std::make_unique<Mutex>();
  LockBoth(*a, *b);
  LockBoth(*b, *c);
  EXPECT_THAT(heard(), IsEmpty());

  LockBoth(*b, *a);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(MutexTest, LockAtTheAddressOfAnotherHasNoPartInItsHistory) {
  Mutex outer("outer");
  alignas(Mutex) unsigned char memory[sizeof(Mutex)];
  auto* first = new (memory) Mutex;
  LockBoth(outer, *first);
  first->~Mutex();
  auto* second = new (memory) Mutex;
  LockBoth(*second, outer);
  second->~Mutex();

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MutexTest, TwoOfOneNameNeedALevel) {
  Mutex parent("node");
  Mutex child("node");
  parent.lock();
  child.lock_nested(1);
  child.unlock();
  EXPECT_THAT(heard(), IsEmpty());

  child.lock();
  EXPECT_THAT(Kinds(), ElementsAre("recursive-lock"));
  child.unlock();
  parent.unlock();
}

TEST_F(MutexTest, TryLockOrdersNothingTowardsItself) {
  Mutex a("a");
  Mutex b("b");
  LockBoth(a, b);
  std::lock_guard<Mutex> lock(b);
  ASSERT_TRUE(a.try_lock());
  a.unlock();

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MutexTest, TryLockThatFailsIsNotHeld) {
  Mutex a("a");
  std::thread([&] { a.lock(); }).join();
  EXPECT_FALSE(a.try_lock());
  a.AssertHeld();

  EXPECT_THAT(Kinds(), ElementsAre("held-at-exit", "invalid-lock-state"));
}

TEST_F(MutexTest, TimedLockIsTried) {
  TimedMutex a("a");
  Mutex b("b");
  LockBoth(a, b);
  std::lock_guard<Mutex> lock(b);
  ASSERT_TRUE(a.try_lock_for(milliseconds(1)));
  a.AssertHeld();
  a.unlock();
  ASSERT_TRUE(a.try_lock_until(std::chrono::steady_clock::now() + milliseconds(1)));
  a.unlock();

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MutexTest, ScopedLockOfSeveralInAnyOrderIsSilent) {
  Mutex a("a");
  Mutex b("b");
  { std::scoped_lock<Mutex, Mutex> lock(a, b); }
  { std::scoped_lock<Mutex, Mutex> lock(a, b); }

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MutexTest, WorksWithConditionVariableAny) {
  Mutex mutex("mutex");
  std::condition_variable_any condition;
  bool ready = false;
  std::thread other([&] {
    std::lock_guard<Mutex> lock(mutex);
    ready = true;
    condition.notify_one();
  });
  std::unique_lock<Mutex> lock(mutex);
  condition.wait(lock, [&] { return ready; });
  mutex.AssertHeld();
  lock.unlock();
  other.join();

  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MutexTest, RecursiveMutexCountsOnlyTheFirstAndTheLast) {
  RecursiveMutex a("a");
  Mutex b("b");
  a.lock();
  b.lock();
  a.lock();
  ASSERT_TRUE(a.try_lock());
  a.unlock();
  a.unlock();
  b.unlock();
  a.AssertHeld();
  a.unlock();
  EXPECT_THAT(heard(), IsEmpty());

  LockBoth(b, a);
  EXPECT_THAT(Kinds(), ElementsAre("lock-order-inversion"));
}

TEST_F(MutexTest, AssertHeldNamesTheLock) {
  Mutex mutex("inode");
  mutex.lock();
  mutex.AssertHeld();
  mutex.unlock();
  EXPECT_THAT(heard(), IsEmpty());

  mutex.AssertHeld();
  ASSERT_THAT(Kinds(), ElementsAre("invalid-lock-state"));
}

TEST_F(MutexTest, DestructionWhileHeldIsReported) {
  auto mutex = std::make_unique<RecursiveMutex>("inode");
  mutex->lock();
  mutex->unlock();
  mutex.reset();
  EXPECT_THAT(heard(), IsEmpty());

  alignas(Mutex) unsigned char memory[sizeof(Mutex)];
  auto* held = new (memory) Mutex("inode");
  held->lock();
  held->~Mutex();
  EXPECT_THAT(Kinds(), ElementsAre("held-lock-destroyed"));
}

// Usable before main: another file's static objects may lock it.
constinit Mutex static_mutex;

TEST_F(MutexTest, StaticOneWithoutANameIsInitialisedByTheCompiler) {
  static_mutex.lock();
  static_mutex.unlock();

  EXPECT_THAT(heard(), IsEmpty());
}

// Each time until somebody has waited: on a busy machine the other may come late.
TEST_F(MutexTest, WaitsAreTimedWhereThatIsAskedFor) {
  lock_stat = 1;
  Mutex mutex("timed");
  for (int i = 0; i < 100 && mutex.Times().write_wait.count == 0; ++i) {
    mutex.lock();
    std::thread other([&] {
      mutex.lock();
      mutex.unlock();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    mutex.unlock();
    other.join();
  }
  lock_stat = 0;

  EXPECT_GE(mutex.Times().write_wait.count, 1u);
  EXPECT_GE(mutex.Times().write_hold.count, 2u);
  EXPECT_EQ(mutex.Times().contended_at[0].count, mutex.Times().write_wait.count);
}

}  // namespace
}  // namespace lockdep
