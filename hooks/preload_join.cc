// Waiting for the end of a thread.

#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/waiting.h"

using lockdep::hooks::Caller;
using lockdep::hooks::PublishedWait;
using lockdep::hooks::WaitCancellably;
using lockdep::hooks::WaitInSteps;
using lockdep::hooks::WaitKind;
namespace real = lockdep::hooks::real;

namespace {

__attribute__((noinline)) int JoinSlowly(pthread_t thread, void** result, const Caller& caller) {
  PublishedWait wait(WaitKind::kThread, reinterpret_cast<const void*>(thread), caller);
  return WaitCancellably(wait, [&] {
    return WaitInSteps(
        wait,
        [&](const timespec* deadline) {
          return real::pthread_clockjoin_np(thread, result, CLOCK_MONOTONIC, deadline);
        },
        [&] { return real::pthread_join(thread, result); });
  });
}

}  // namespace

EXPORTED int pthread_join(pthread_t thread, void** result) {
  const int tried = real::pthread_tryjoin_np(thread, result);
  return tried == EBUSY ? JoinSlowly(thread, result, LOCKDEP_HOOK_CALLER()) : tried;
}

EXPORTED int pthread_tryjoin_np(pthread_t thread, void** result) noexcept {
  return real::pthread_tryjoin_np(thread, result);
}

EXPORTED int pthread_timedjoin_np(pthread_t thread, void** result, const timespec* deadline) {
  return real::pthread_timedjoin_np(thread, result, deadline);
}

EXPORTED int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t clock,
                                  const timespec* deadline) {
  return real::pthread_clockjoin_np(thread, result, clock, deadline);
}
