#include "hooks/wait_end.h"

#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "hooks/lock_reference.h"
#include "hooks/read_memory.h"
#include "hooks/real.h"
#include "hooks/rendezvous.h"

namespace lockdep::hooks {
namespace {

constexpr size_t kSignalCounters = 1024;
constinit std::atomic<uint32_t> signal_counters[kSignalCounters] = {};

// Whether a thread is just letting go of the mutex to wait for a condition.
bool IsBeingReleased(const void* mutex, int owner) {
  for (const Waiter* waiter = FirstWaiter(); waiter != nullptr; waiter = waiter->next) {
    if (waiter->kind.load(std::memory_order_acquire) == WaitKind::kCondition &&
        waiter->releases == mutex && waiter->tid == owner) {
      return true;
    }
  }
  return false;
}

// Whether a handler may run, which is allowed to post a semaphore.
bool HandlesSignals() {
  const int saved_errno = errno;
  bool handles = false;
  for (int signal = 1; signal < NSIG && !handles; ++signal) {
    struct sigaction action = {};
    handles = real::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_DFL &&
              action.sa_handler != SIG_IGN;
  }
  errno = saved_errno;
  return handles;
}

// Whether there are threads that nobody saw begin: those of libc's timers, or of a bare clone.
bool HasUnseenThreads(int alive) {
  const int saved_errno = errno;
  struct stat tasks = {};
  const bool counted = stat("/proc/self/task", &tasks) == 0;
  errno = saved_errno;
  constexpr int kNoTask = 2;  // Links of the directory to itself.
  return !counted || static_cast<int>(tasks.st_nlink) - kNoTask > alive;
}

// Everybody who arrives says so first; who is about to close the round does too.
bool IsRoundOpen(const Waiter& waiter) {
  pthread_barrier_t barrier;
  if (!ReadMemory(waiter.object, &barrier) || RoundsOf(&barrier) != waiter.signals) return false;
  uint32_t arrived = 0;
  for (const Waiter* other = FirstWaiter(); other != nullptr; other = other->next) {
    if (other->kind.load(std::memory_order_acquire) == WaitKind::kBarrier &&
        other->object == waiter.object) {
      ++arrived;
    }
  }
  return arrived < CountOf(&barrier);
}

// Other processes, or the kernel for a thread that has ended.
bool MayOthersRelease(const pthread_mutex_t& mutex) {
  return (mutex.__data.__kind & (kRobustMutex | kSharedMutex)) != 0;
}

bool IsHeldByWaiter(const Waiter& waiter) {
  for (const Waiter* other = FirstWaiter(); other != nullptr; other = other->next) {
    if (other->IsWaiting() && other->Holds(waiter.kind, waiter.object)) return true;
  }
  return false;
}

bool WaitsForSemaphore(const Waiter* waiter) {
  return waiter->kind.load(std::memory_order_acquire) == WaitKind::kSemaphore;
}

}  // namespace

std::atomic<uint32_t>& SignalsOf(const void* condition) {
  return signal_counters[reinterpret_cast<uintptr_t>(condition) >> 4 & (kSignalCounters - 1)];
}

uint32_t EndsBefore(WaitKind kind, const void* object) {
  if (kind == WaitKind::kCondition) return SignalsOf(object).load(std::memory_order_relaxed);
  return kind == WaitKind::kBarrier ? RoundsOf(static_cast<const pthread_barrier_t*>(object)) : 0;
}

bool IsStuck(const Waiter& waiter) {
  switch (waiter.kind.load(std::memory_order_acquire)) {
    case WaitKind::kMutex: {  // Of memory that is gone: who waited there does not any more.
      pthread_mutex_t mutex;
      return ReadMemory(waiter.object, &mutex) && mutex.__data.__lock != 0 &&
             !IsBeingReleased(waiter.object, mutex.__data.__owner) &&
             (!MayOthersRelease(mutex) || IsHeldByWaiter(waiter));
    }
    case WaitKind::kSemaphore: {
      // glibc keeps the value in the first word, and whether it is shared in the third.
      uint32_t words[3] = {};
      return ReadMemory(waiter.object, words, sizeof(words)) && words[0] == 0 && words[2] == 0;
    }
    case WaitKind::kCondition: {
      pthread_cond_t condition;
      constexpr unsigned kShared = 1;
      return ReadMemory(waiter.object, &condition) && (condition.__data.__wrefs & kShared) == 0 &&
             SignalsOf(waiter.object).load(std::memory_order_relaxed) == waiter.signals;
    }
    case WaitKind::kBarrier:
      return IsRoundOpen(waiter);
    case WaitKind::kReadLock:
    case WaitKind::kWriteLock:
    case WaitKind::kSpinLock:
    case WaitKind::kOnce:
    case WaitKind::kThread:
      return IsHeldByWaiter(waiter);
    case WaitKind::kAnnotated:
    case WaitKind::kAnnotatedRead:
    case WaitKind::kNone:
      break;
  }
  return false;
}

bool CanEndFromOutside(std::span<Waiter* const> waiters, int alive) {
  if (HasUnseenThreads(alive)) return true;
  return std::any_of(waiters.begin(), waiters.end(), WaitsForSemaphore) && HandlesSignals();
}

}  // namespace lockdep::hooks
