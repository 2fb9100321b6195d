// Waiting for the end of a thread.

#include <threads.h>

#include <cerrno>

#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/rendezvous.h"
#include "hooks/waiting.h"

using lockdep::hooks::Caller;
using lockdep::hooks::PublishedWait;
using lockdep::hooks::Rendezvous;
using lockdep::hooks::WaitCancellably;
using lockdep::hooks::WaitInSteps;
using lockdep::hooks::WaitKind;
using Limit = Rendezvous::Limit;
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

int AfterJoin(pthread_t thread, int result, Limit limit, const Caller& caller) {
  if (result == 0) Rendezvous(caller).AfterJoin(thread, limit);
  return result;
}

int Join(pthread_t thread, void** result, const Caller& caller) {
  const int tried = real::pthread_tryjoin_np(thread, result);
  return AfterJoin(thread, tried == EBUSY ? JoinSlowly(thread, result, caller) : tried,
                   Limit::kNone, caller);
}

}  // namespace

EXPORTED int pthread_join(pthread_t thread, void** result) {
  return Join(thread, result, LOCKDEP_HOOK_CALLER());
}

// A thread of C11 is one of pthreads that returns an int.
EXPORTED int thrd_join(thrd_t thread, int* result) {
  void* word = nullptr;
  if (Join(thread, &word, LOCKDEP_HOOK_CALLER()) != 0) return thrd_error;
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(word));
  return thrd_success;
}

EXPORTED int pthread_tryjoin_np(pthread_t thread, void** result) noexcept {
  return AfterJoin(thread, real::pthread_tryjoin_np(thread, result), Limit::kTimed,
                   LOCKDEP_HOOK_CALLER());
}

EXPORTED int pthread_timedjoin_np(pthread_t thread, void** result, const timespec* deadline) {
  return AfterJoin(thread, real::pthread_timedjoin_np(thread, result, deadline), Limit::kTimed,
                   LOCKDEP_HOOK_CALLER());
}

EXPORTED int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t clock,
                                  const timespec* deadline) {
  return AfterJoin(thread, real::pthread_clockjoin_np(thread, result, clock, deadline),
                   Limit::kTimed, LOCKDEP_HOOK_CALLER());
}
