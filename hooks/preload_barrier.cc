// Barriers.

#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/rendezvous.h"
#include "hooks/waiting.h"

using lockdep::hooks::BarrierAt;
using lockdep::hooks::PublishedWait;
using lockdep::hooks::Rendezvous;
using lockdep::hooks::WaitKind;
using lockdep::hooks::WaitScope;
namespace real = lockdep::hooks::real;

EXPORTED int pthread_barrier_init(pthread_barrier_t* barrier, const pthread_barrierattr_t* attr,
                                  unsigned count) noexcept {
  const int result = real::pthread_barrier_init(barrier, attr, count);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterBegin(BarrierAt(barrier));
  return result;
}

EXPORTED int pthread_barrier_destroy(pthread_barrier_t* barrier) noexcept {
  const int result = real::pthread_barrier_destroy(barrier);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterEnd(BarrierAt(barrier));
  return result;
}

EXPORTED int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
  Rendezvous scope(LOCKDEP_HOOK_CALLER());
  scope.BeforeBarrier(barrier);
  PublishedWait wait(WaitKind::kBarrier, barrier, scope.caller());
  wait.LookOnce();
  const int result = real::pthread_barrier_wait(barrier);
  wait.End();
  if (result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD) scope.AfterBarrier();
  return result;
}
