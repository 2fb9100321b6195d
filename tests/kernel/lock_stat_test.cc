#include "lockdep/kernel/lock_stat.h"

#include <sched.h>
#include <time.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "lockdep/kernel/timing.h"
#include "tests/kernel/kernel_test.h"

namespace lockdep::kernel {
namespace {

lock_class_key key;
lock_class_key read_key;

class KernelLockStatTest : public KernelTest {
 protected:
  KernelLockStatTest() { lock_stat = 1; }
  ~KernelLockStatTest() override { lock_stat = 0; }

  static lockdep_class_times TimesOf(const Lock& lock) {
    lockdep_class_times times;
    lockdep_times_of(&lock.dep_map, &times);
    return times;
  }
};

void SleepMicroseconds(long microseconds) {
  const timespec time = {0, microseconds * 1000};
  nanosleep(&time, nullptr);
}

TEST_F(KernelLockStatTest, HoldTimesNeedNothingFromTheHost) {
  Lock lock("lock", &key);
  const lockdep_class_times before = TimesOf(lock);
  Take(lock);
  SleepMicroseconds(2000);
  Release(lock);
  const lockdep_class_times after = TimesOf(lock);

  EXPECT_EQ(after.write_hold.count - before.write_hold.count, 1u);
  EXPECT_GE(after.write_hold.total - before.write_hold.total, 2'000'000u);
  EXPECT_GE(after.write_hold.max, 2'000'000u);
  EXPECT_EQ(after.write_wait.count, before.write_wait.count);
}

TEST_F(KernelLockStatTest, AWaitIsCountedWithItsPlace) {
  Lock lock("waited", &read_key);
  Take(lock, 1);
  lock_contended(&lock.dep_map, _THIS_IP_);
  SleepMicroseconds(2000);
  lock_acquired(&lock.dep_map, _THIS_IP_);
  Release(lock);
  const lockdep_class_times times = TimesOf(lock);

  EXPECT_EQ(times.read_wait.count, 1u);
  EXPECT_GE(times.read_wait.min, 2'000'000u);
  EXPECT_EQ(times.read_hold.count, 1u);
  EXPECT_LT(times.read_hold.total, times.read_wait.total);
  EXPECT_EQ(times.contended_at[0].count, 1u);
  EXPECT_NE(times.contended_at[0].pc, 0u);
  EXPECT_EQ(times.contended_at[1].count, 0u);
}

TEST_F(KernelLockStatTest, NothingIsCountedWhenItIsOff) {
  lock_stat = 0;
  static lock_class_key quiet_key;
  Lock lock("quiet", &quiet_key);
  Take(lock);
  lock_contended(&lock.dep_map, _THIS_IP_);
  lock_acquired(&lock.dep_map, _THIS_IP_);
  Release(lock);
  EXPECT_EQ(TimesOf(lock).write_hold.count, 0u);
  EXPECT_EQ(TimesOf(lock).write_wait.count, 0u);
}

TEST_F(KernelLockStatTest, TheEnvironmentMayAskForIt) {
  lock_stat = 0;
  setenv("LOCKDEP_KERNEL_LOCK_STAT", "0", 1);
  TimeAsAsked();
  EXPECT_EQ(lock_stat, 0);
  setenv("LOCKDEP_KERNEL_LOCK_STAT", "1", 1);
  TimeAsAsked();
  EXPECT_EQ(lock_stat, 1);
  unsetenv("LOCKDEP_KERNEL_LOCK_STAT");
}

TEST_F(KernelLockStatTest, SwitchedOffWhileHeldTheHoldIsStillCounted) {
  static lock_class_key half_key;
  Lock lock("half", &half_key);
  Take(lock);
  lock_stat = 0;
  Release(lock);
  EXPECT_EQ(TimesOf(lock).write_hold.count, 1u);
}

// Takes and gives back as the macro says: a try, and the slow way if it fails.
struct SlowLock {
  lockdep_map dep_map;
  std::mutex mutex;
};
bool TryIt(SlowLock* lock) { return lock->mutex.try_lock(); }
void LockIt(SlowLock* lock) { lock->mutex.lock(); }

TEST_F(KernelLockStatTest, TheMacroSaysWhenThereWasAWait) {
  static lock_class_key slow_key;
  SlowLock lock;
  lockdep_init_map(&lock.dep_map, "slow", &slow_key, 0);
  lock_acquire(&lock.dep_map, 0, 0, 0, 1, nullptr, _THIS_IP_);
  LOCK_CONTENDED(&lock, TryIt, LockIt);
  std::atomic<bool> waits{false};
  std::thread other([&] {
    waits = true;
    lock_acquire(&lock.dep_map, 0, 0, 0, 1, nullptr, _THIS_IP_);
    LOCK_CONTENDED(&lock, TryIt, LockIt);
    lock_release(&lock.dep_map, _THIS_IP_);
    lock.mutex.unlock();
  });
  while (!waits) sched_yield();
  SleepMicroseconds(50000);
  lock_release(&lock.dep_map, _THIS_IP_);
  lock.mutex.unlock();
  other.join();

  lockdep_class_times times;
  lockdep_times_of(&lock.dep_map, &times);
  EXPECT_EQ(times.write_hold.count, 2u);
  EXPECT_EQ(times.write_wait.count, 1u);
}

}  // namespace
}  // namespace lockdep::kernel
