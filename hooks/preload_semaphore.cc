// Semaphores, unnamed and named.

#include <cerrno>
#include <cstdarg>

#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/wait_scope.h"
#include "hooks/waiting.h"

using lockdep::hooks::PublishedWait;
using lockdep::hooks::Resource;
using lockdep::hooks::WaitCancellably;
using lockdep::hooks::WaitKind;
using lockdep::hooks::WaitScope;
namespace real = lockdep::hooks::real;

namespace {

__attribute__((noinline)) int WaitSlowly(sem_t* semaphore, WaitScope& scope, Resource* announced) {
  PublishedWait wait(WaitKind::kSemaphore, semaphore, scope.caller());
  wait.LookOnce();
  return scope.HoldCancellably(
      announced, [&] { return WaitCancellably(wait, [&] { return real::sem_wait(semaphore); }); });
}

int Wait(sem_t* semaphore, WaitScope& scope, Resource* announced) {
  const int saved_errno = errno;
  if (real::sem_trywait(semaphore) == 0) return 0;
  errno = saved_errno;
  return WaitSlowly(semaphore, scope, announced);
}

}  // namespace

EXPORTED int sem_init(sem_t* semaphore, int shared, unsigned value) noexcept {
  const int result = real::sem_init(semaphore, shared, value);
  // Of one that is shared, another process may post what this one waited for: no lock.
  const unsigned seen = shared != 0 ? 0 : value;
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterSemaphoreBegin(semaphore, seen);
  return result;
}

EXPORTED int sem_destroy(sem_t* semaphore) noexcept {
  const int result = real::sem_destroy(semaphore);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterSemaphoreEnd(semaphore);
  return result;
}

// Opening a name again gives the same address, and the same semaphore.
EXPORTED sem_t* sem_open(const char* name, int flags, ...) noexcept {
  va_list rest;
  va_start(rest, flags);
  const bool creates = (flags & O_CREAT) != 0;
  const mode_t mode = creates ? va_arg(rest, mode_t) : 0;
  const unsigned value = creates ? va_arg(rest, unsigned) : 0;
  va_end(rest);
  sem_t* semaphore = real::sem_open(name, flags, mode, value);
  if (semaphore != SEM_FAILED) {
    WaitScope(LOCKDEP_HOOK_CALLER()).AfterSemaphoreOpen(semaphore, value);
  }
  return semaphore;
}

EXPORTED int sem_close(sem_t* semaphore) noexcept {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforeSemaphoreClose(semaphore);
  return real::sem_close(semaphore);
}

// A place to be cancelled at even if it need not wait.
EXPORTED int sem_wait(sem_t* semaphore) {
  pthread_testcancel();
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  Resource* announced = scope.BeforeSemaphoreWait(semaphore);
  const int result = Wait(semaphore, scope, announced);
  scope.AfterHold(announced, result == 0);
  return result;
}

EXPORTED int sem_trywait(sem_t* semaphore) noexcept {
  const int result = real::sem_trywait(semaphore);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterSemaphoreTry(semaphore);
  return result;
}

EXPORTED int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
  const int result = real::sem_timedwait(semaphore, deadline);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterSemaphoreTry(semaphore);
  return result;
}

EXPORTED int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* deadline) {
  const int result = real::sem_clockwait(semaphore, clock, deadline);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterSemaphoreTry(semaphore);
  return result;
}

EXPORTED int sem_post(sem_t* semaphore) noexcept {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforePost(semaphore);
  return real::sem_post(semaphore);
}
