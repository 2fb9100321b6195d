// Spinlocks.

#include <time.h>

#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/wait_scope.h"
#include "hooks/waiting.h"

using lockdep::LockKind;
using lockdep::hooks::Caller;
using lockdep::hooks::PublishedWait;
using lockdep::hooks::Resource;
using lockdep::hooks::ResourceId;
using lockdep::hooks::ResourceType;
using lockdep::hooks::Steps;
using lockdep::hooks::WaitKind;
using lockdep::hooks::WaitScope;
namespace real = lockdep::hooks::real;

namespace {

ResourceId Refer(pthread_spinlock_t* lock) {
  return {ResourceType::kSpinLock, reinterpret_cast<uintptr_t>(lock), LockKind::kSpinLock};
}

// As often as a lock should be free again after at most; then who waits says so.
constexpr int kShortWait = 4096;

bool IsGotSoon(pthread_spinlock_t* lock) {
  for (int i = 0; i < kShortWait; ++i) {
    if (real::pthread_spin_trylock(lock) == 0) return true;
    __builtin_ia32_pause();
  }
  return false;
}

bool IsOver(const timespec& deadline) {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec > deadline.tv_sec ||
         (now.tv_sec == deadline.tv_sec && now.tv_nsec >= deadline.tv_nsec);
}

__attribute__((noinline)) void SpinForLong(pthread_spinlock_t* lock, const Caller& caller) {
  PublishedWait wait(WaitKind::kSpinLock, const_cast<const int*>(lock), caller);
  Steps steps;
  for (timespec deadline = steps.Next(); !IsGotSoon(lock);) {
    if (!IsOver(deadline)) continue;
    wait.LookAfter(steps);
    deadline = steps.Next();
  }
}

}  // namespace

EXPORTED int pthread_spin_init(pthread_spinlock_t* lock, int shared) noexcept {
  const int result = real::pthread_spin_init(lock, shared);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterBeginClassed(Refer(lock));
  return result;
}

EXPORTED int pthread_spin_destroy(pthread_spinlock_t* lock) noexcept {
  const int result = real::pthread_spin_destroy(lock);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterEnd(Refer(lock));
  return result;
}

EXPORTED int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  Resource* announced = scope.BeforeHold(Refer(lock));
  if (!IsGotSoon(lock)) SpinForLong(lock, scope.caller());
  scope.AfterHold(announced, /*is_held=*/true);
  return 0;
}

EXPORTED int pthread_spin_trylock(pthread_spinlock_t* lock) noexcept {
  const int result = real::pthread_spin_trylock(lock);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).NoteHeld(Refer(lock));
  return result;
}

EXPORTED int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforeUnhold(Refer(lock));
  return real::pthread_spin_unlock(lock);
}
