#include "hooks/blocking.h"

#include <cerrno>

#include "hooks/timing.h"

namespace lockdep::hooks {
namespace {

// For the whole of a wait; if it was in vain, what was announced is cancelled.
class TimedWait {
 public:
  TimedWait(const void* lock, const Caller& caller) : lock_(lock) { TimeWait(lock, caller); }
  ~TimedWait() { TimeGot(lock_); }
  TimedWait(const TimedWait&) = delete;
  TimedWait& operator=(const TimedWait&) = delete;

 private:
  const void* lock_;
};

}  // namespace

int LockSlowly(pthread_mutex_t* mutex, Caller caller) {
  const TimedWait timed(mutex, caller);
  PublishedWait wait(WaitKind::kMutex, mutex, caller);
  return WaitInSteps(
      wait,
      [&](const timespec* deadline) {
        return real::pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, deadline);
      },
      [&] { return real::pthread_mutex_lock(mutex); });
}

// To try one that cannot be recovered would leave it held (glibc 2.36).
int RobustLock(pthread_mutex_t* mutex, Caller caller) {
  constexpr timespec kLongAgo = {};
  const int result = real::pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &kLongAgo);
  return result == ETIMEDOUT || result == EINVAL ? LockSlowly(mutex, caller) : result;
}

int ReadLockSlowly(pthread_rwlock_t* rwlock, Caller caller) {
  const TimedWait timed(rwlock, caller);
  PublishedWait wait(WaitKind::kReadLock, rwlock, caller);
  return WaitInSteps(
      wait,
      [&](const timespec* deadline) {
        return real::pthread_rwlock_clockrdlock(rwlock, CLOCK_MONOTONIC, deadline);
      },
      [&] { return real::pthread_rwlock_rdlock(rwlock); });
}

int WriteLockSlowly(pthread_rwlock_t* rwlock, Caller caller) {
  const TimedWait timed(rwlock, caller);
  PublishedWait wait(WaitKind::kWriteLock, rwlock, caller);
  return WaitInSteps(
      wait,
      [&](const timespec* deadline) {
        return real::pthread_rwlock_clockwrlock(rwlock, CLOCK_MONOTONIC, deadline);
      },
      [&] { return real::pthread_rwlock_wrlock(rwlock); });
}

}  // namespace lockdep::hooks
