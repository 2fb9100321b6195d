// Condition variables: the mutex is let go and taken again inside; signals end waits.

#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/wait_scope.h"
#include "hooks/waiting.h"

using lockdep::hooks::PublishedWait;
using lockdep::hooks::WaitCancellably;
using lockdep::hooks::WaitKind;
using lockdep::hooks::WaitScope;
namespace real = lockdep::hooks::real;

EXPORTED int pthread_cond_init(pthread_cond_t* cond, const pthread_condattr_t* attr) noexcept {
  const int result = real::pthread_cond_init(cond, attr);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterConditionBegin(cond);
  return result;
}

EXPORTED int pthread_cond_destroy(pthread_cond_t* cond) noexcept {
  const int result = real::pthread_cond_destroy(cond);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterConditionEnd(cond);
  return result;
}

EXPORTED int pthread_cond_signal(pthread_cond_t* cond) noexcept {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforeSignal(cond);
  return real::pthread_cond_signal(cond);
}

EXPORTED int pthread_cond_broadcast(pthread_cond_t* cond) noexcept {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforeSignal(cond);
  return real::pthread_cond_broadcast(cond);
}

EXPORTED int pthread_cond_wait(pthread_cond_t* cond, pthread_mutex_t* mutex) {
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  return scope.Wait(mutex, [&] {
    scope.BeforeConditionWait(cond, mutex);
    PublishedWait wait(WaitKind::kCondition, cond, scope.caller(), mutex);
    wait.LookOnce();
    return scope.UntilSignalled(cond, [&] {
      return WaitCancellably(wait, [&] { return real::pthread_cond_wait(cond, mutex); });
    });
  });
}

EXPORTED int pthread_cond_timedwait(pthread_cond_t* cond, pthread_mutex_t* mutex,
                                    const timespec* deadline) {
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  return scope.Wait(mutex, [&] {
    return scope.UntilSignalled(
        cond, [&] { return real::pthread_cond_timedwait(cond, mutex, deadline); });
  });
}

EXPORTED int pthread_cond_clockwait(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock,
                                    const timespec* deadline) {
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  return scope.Wait(mutex, [&] {
    return scope.UntilSignalled(
        cond, [&] { return real::pthread_cond_clockwait(cond, mutex, clock, deadline); });
  });
}
