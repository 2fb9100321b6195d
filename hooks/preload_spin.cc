// Spinlocks.

#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/wait_scope.h"

using lockdep::LockKind;
using lockdep::hooks::Resource;
using lockdep::hooks::ResourceId;
using lockdep::hooks::ResourceType;
using lockdep::hooks::WaitScope;
namespace real = lockdep::hooks::real;

namespace {

ResourceId Refer(pthread_spinlock_t* lock) {
  return {ResourceType::kSpinLock, reinterpret_cast<uintptr_t>(lock), LockKind::kSpinLock};
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
  const int result = real::pthread_spin_lock(lock);
  scope.AfterHold(announced, result == 0);
  return result;
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
