// Code that runs once while others wait for it: pthread_once, call_once and the
// guards of function-local static variables.  Whoever runs it or waits holds it.

#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/sections.h"
#include "hooks/wait_scope.h"
#include "hooks/waiting.h"

using lockdep::LockKind;
using lockdep::hooks::Caller;
using lockdep::hooks::CloseSection;
using lockdep::hooks::OpenSection;
using lockdep::hooks::PublishedWait;
using lockdep::hooks::Resource;
using lockdep::hooks::ResourceId;
using lockdep::hooks::ResourceType;
using lockdep::hooks::WaitKind;
using lockdep::hooks::WaitScope;
namespace real = lockdep::hooks::real;

namespace {

ResourceId Refer(const void* once) {
  return {ResourceType::kOnce, reinterpret_cast<uintptr_t>(once), LockKind::kOnce};
}

// glibc's once controls: bit 1 of the first word.
bool IsDone(const void* once) {
  return (__atomic_load_n(static_cast<const int*>(once), __ATOMIC_ACQUIRE) & 2) != 0;
}

// Bit 0, and in what generation of forks it began; who is left from before the fork is none.
bool IsRunning(const void* once) {
  return (__atomic_load_n(static_cast<const int*>(once), __ATOMIC_ACQUIRE) & 3) == 1;
}

// Guards: the first byte once it is done, the second one while it runs.
bool IsGuardRunning(const void* guard) {
  const auto* bytes = static_cast<const unsigned char*>(guard);
  return __atomic_load_n(&bytes[0], __ATOMIC_ACQUIRE) == 0 &&
         __atomic_load_n(&bytes[1], __ATOMIC_RELAXED) != 0;
}

// Waits, perhaps, until somebody else has run it.
template <typename Run>
__attribute__((noinline)) int RunAfterOthers(const Caller& caller, const void* once,
                                             const Run& run) {
  PublishedWait wait(WaitKind::kOnce, once, caller);
  wait.LookForCycle();
  return run();
}

// When it is done nobody waits any more, but who comes earlier would have.
template <typename Run>
int Once(const Caller& caller, const void* once, const Run& run) {
  WaitScope scope(caller);
  if (IsDone(once)) {
    scope.BeforeWait(Refer(once));
    return run();
  }
  Resource* held = scope.BeforeHold(Refer(once));
  // What runs may leave by an exception, which no code of ours sees.
  if (held != nullptr) OpenSection(held, caller);
  const int result = IsRunning(once) ? RunAfterOthers(caller, once, run) : run();
  if (held != nullptr) CloseSection();
  if (held != nullptr) scope.BeforeUnhold(Refer(once));
  return result;
}

}  // namespace

EXPORTED int pthread_once(pthread_once_t* once, void (*function)()) {
  return Once(LOCKDEP_HOOK_CALLER(), once, [&] { return real::pthread_once(once, function); });
}

EXPORTED void call_once(once_flag* once, void (*function)()) {
  Once(LOCKDEP_HOOK_CALLER(), once, [&] {
    real::call_once(once, function);
    return 0;
  });
}

EXPORTED int __cxa_guard_acquire(uint64_t* guard) {
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  Resource* announced = scope.BeforeHold(Refer(guard));
  const auto acquire = [&] { return real::__cxa_guard_acquire(guard); };
  const int is_ours =
      IsGuardRunning(guard) ? RunAfterOthers(scope.caller(), guard, acquire) : acquire();
  scope.AfterHold(announced, is_ours != 0);
  return is_ours;
}

EXPORTED void __cxa_guard_release(uint64_t* guard) noexcept {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforeUnhold(Refer(guard));
  real::__cxa_guard_release(guard);
}

EXPORTED void __cxa_guard_abort(uint64_t* guard) noexcept {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforeUnhold(Refer(guard));
  real::__cxa_guard_abort(guard);
}
