// The exported functions and nothing else: each says what happens to the lock,
// calls the real function, and returns what that returned.

#include "hooks/blocking.h"
#include "hooks/exported.h"
#include "hooks/hook_scope.h"
#include "hooks/hot_path.h"
#include "hooks/lifecycle.h"
#include "hooks/plain_mutex.h"
#include "hooks/plain_rwlock.h"
#include "hooks/real.h"

using lockdep::ReadMode;
using lockdep::ThreadContext;
using lockdep::TryLock;
using lockdep::hooks::Caller;
using lockdep::hooks::CannotFail;
using lockdep::hooks::Cells;
using lockdep::hooks::DefaultStackSize;
using lockdep::hooks::FinishProcess;
using lockdep::hooks::HookScope;
using lockdep::hooks::HotContext;
using lockdep::hooks::IsOpenToReaders;
using lockdep::hooks::IsPlain;
using lockdep::hooks::IsTakenInPlace;
using lockdep::hooks::KnownStep;
using lockdep::hooks::kUnseenThread;
using lockdep::hooks::LockRecord;
using lockdep::hooks::LockSlowly;
using lockdep::hooks::NoteThreadCreated;
using lockdep::hooks::ReadersOf;
using lockdep::hooks::ReadInPlace;
using lockdep::hooks::ReadModeOf;
using lockdep::hooks::RealLock;
using lockdep::hooks::RealReadLock;
using lockdep::hooks::RealWriteLock;
using lockdep::hooks::ReleaseNewest;
using lockdep::hooks::RunThread;
using lockdep::hooks::StartIfEarly;
using lockdep::hooks::StepFor;
using lockdep::hooks::TakeAsBefore;
using lockdep::hooks::TakeInPlace;
using lockdep::hooks::TakeWithCallers;
using lockdep::hooks::thread_slot;
using lockdep::hooks::ThreadStart;
namespace real = lockdep::hooks::real;

// The ways through a hook when the hot path cannot tell: not inlined, so that the
// exported functions save and restore nothing for them, and jumped to, so that they are
// called from where those were called.  Every compiler jumps where it optimises
// (CMakeLists.txt).
#define CAREFULLY __attribute__((noinline)) static int
#define JUMP_TO(call) return call

CAREFULLY LockCarefully(pthread_mutex_t* mutex) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  LockRecord* announced = scope.BeforeLock(mutex);
  return scope.AfterLock(announced, RealLock(mutex, scope.caller()));
}

CAREFULLY CallRealLock(pthread_mutex_t* mutex, Caller caller) noexcept {
  return RealLock(mutex, caller);
}

CAREFULLY LockWithCallers(pthread_mutex_t* mutex, ThreadContext* context,
                          const KnownStep& step) noexcept {
  const Caller caller = LOCKDEP_HOOK_CALLER();
  if (!TakeWithCallers(*context, step, mutex, ReadMode::kWrite, TryLock::kNo, caller)) {
    JUMP_TO(LockCarefully(mutex));
  }
  if (IsTakenInPlace(mutex) && TakeInPlace(mutex, thread_slot.tid)) [[likely]]
    return 0;
  JUMP_TO(CallRealLock(mutex, caller));
}

// Of the other kinds than the one that is taken in place.
CAREFULLY LockByCall(pthread_mutex_t* mutex) noexcept {
  if (!IsPlain(mutex)) JUMP_TO(LockCarefully(mutex));
  ThreadContext* const context = HotContext();
  if (context == nullptr) [[unlikely]]
    JUMP_TO(LockCarefully(mutex));
  const KnownStep& step = StepFor(*context, mutex);
  if (!TakeAsBefore(*context, step, mutex, ReadMode::kWrite, TryLock::kNo, LOCKDEP_HOT_CALLER())) {
    JUMP_TO(LockWithCallers(mutex, context, step));
  }
  return RealLock(mutex, LOCKDEP_HOT_CALLER());
}

CAREFULLY TryLockCarefully(pthread_mutex_t* mutex) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterTry(mutex, real::pthread_mutex_trylock(mutex));
}

CAREFULLY TellTaken(pthread_mutex_t* mutex) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterTry(mutex, 0);
}

CAREFULLY TellTakenWithCallers(pthread_mutex_t* mutex, ThreadContext* context,
                               const KnownStep& step) noexcept {
  const Caller caller = LOCKDEP_HOOK_CALLER();
  if (TakeWithCallers(*context, step, mutex, ReadMode::kWrite, TryLock::kYes, caller)) return 0;
  JUMP_TO(TellTaken(mutex));
}

CAREFULLY UnlockCarefully(pthread_mutex_t* mutex) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  scope.BeforeUnlock(mutex);
  return real::pthread_mutex_unlock(mutex);
}

CAREFULLY ReadLockCarefully(pthread_rwlock_t* rwlock) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  LockRecord* announced = scope.BeforeReadLock(rwlock);
  return scope.AfterLock(announced, RealReadLock(rwlock, scope.caller()));
}

CAREFULLY CallRealReadLock(pthread_rwlock_t* rwlock, Caller caller) noexcept {
  return RealReadLock(rwlock, caller);
}

CAREFULLY ReadLockWithCallers(pthread_rwlock_t* rwlock, ThreadContext* context,
                              const KnownStep& step) noexcept {
  const Caller caller = LOCKDEP_HOOK_CALLER();
  if (!TakeWithCallers(*context, step, rwlock, ReadModeOf(rwlock), TryLock::kNo, caller)) {
    JUMP_TO(ReadLockCarefully(rwlock));
  }
  if (ReadInPlace(rwlock)) [[likely]]
    return 0;
  JUMP_TO(CallRealReadLock(rwlock, caller));
}

// Of one where a writer holds it, waits, or was the last, or whose readers wait for writers.
CAREFULLY ReadLockByCall(pthread_rwlock_t* rwlock) noexcept {
  ThreadContext* const context = HotContext();
  if (context == nullptr || !CannotFail(rwlock)) JUMP_TO(ReadLockCarefully(rwlock));
  const KnownStep& step = StepFor(*context, rwlock);
  if (!TakeAsBefore(*context, step, rwlock, ReadModeOf(rwlock), TryLock::kNo,
                    LOCKDEP_HOT_CALLER())) {
    JUMP_TO(ReadLockWithCallers(rwlock, context, step));
  }
  if (ReadInPlace(rwlock)) return 0;
  JUMP_TO(CallRealReadLock(rwlock, LOCKDEP_HOT_CALLER()));
}

CAREFULLY WriteLockCarefully(pthread_rwlock_t* rwlock) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  LockRecord* announced = scope.BeforeWriteLock(rwlock);
  return scope.AfterLock(announced, RealWriteLock(rwlock, scope.caller()));
}

CAREFULLY WriteLockWithCallers(pthread_rwlock_t* rwlock, ThreadContext* context,
                               const KnownStep& step) noexcept {
  const Caller caller = LOCKDEP_HOOK_CALLER();
  if (!TakeWithCallers(*context, step, rwlock, ReadMode::kWrite, TryLock::kNo, caller)) {
    JUMP_TO(WriteLockCarefully(rwlock));
  }
  return RealWriteLock(rwlock, caller);
}

CAREFULLY UnlockCarefully(pthread_rwlock_t* rwlock) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  scope.BeforeUnlock(rwlock);
  return real::pthread_rwlock_unlock(rwlock);
}

EXPORTED int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attr) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterInit(mutex, real::pthread_mutex_init(mutex, attr));
}

EXPORTED int pthread_mutex_destroy(pthread_mutex_t* mutex) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterDestroy(mutex, real::pthread_mutex_destroy(mutex));
}

EXPORTED int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  if (!IsTakenInPlace(mutex)) [[unlikely]]
    JUMP_TO(LockByCall(mutex));
  ThreadContext* const context = HotContext();
  if (context == nullptr) [[unlikely]]
    JUMP_TO(LockCarefully(mutex));
  const KnownStep& step = StepFor(*context, mutex);
  if (!TakeAsBefore(*context, step, mutex, ReadMode::kWrite, TryLock::kNo, LOCKDEP_HOT_CALLER()))
      [[unlikely]] {
    JUMP_TO(LockWithCallers(mutex, context, step));
  }
  if (TakeInPlace(mutex, thread_slot.tid)) [[likely]]
    return 0;
  return LockSlowly(mutex, LOCKDEP_HOT_CALLER());
}

EXPORTED int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  if (!IsPlain(mutex)) JUMP_TO(TryLockCarefully(mutex));
  const int result = real::pthread_mutex_trylock(mutex);
  if (result != 0) return result;
  ThreadContext* const context = HotContext();
  if (context == nullptr) [[unlikely]]
    JUMP_TO(TellTaken(mutex));
  const KnownStep& step = StepFor(*context, mutex);
  if (TakeAsBefore(*context, step, mutex, ReadMode::kWrite, TryLock::kYes, LOCKDEP_HOT_CALLER()))
    return 0;
  JUMP_TO(TellTakenWithCallers(mutex, context, step));
}

EXPORTED int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterTry(mutex, real::pthread_mutex_timedlock(mutex, deadline));
}

EXPORTED int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                                     const timespec* deadline) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterTry(mutex, real::pthread_mutex_clocklock(mutex, clock, deadline));
}

EXPORTED int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  if (IsPlain(mutex) && ReleaseNewest(mutex)) return real::pthread_mutex_unlock(mutex);
  JUMP_TO(UnlockCarefully(mutex));
}

EXPORTED int pthread_rwlock_init(pthread_rwlock_t* rwlock,
                                 const pthread_rwlockattr_t* attr) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterInit(rwlock, real::pthread_rwlock_init(rwlock, attr));
}

EXPORTED int pthread_rwlock_destroy(pthread_rwlock_t* rwlock) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterDestroy(rwlock, real::pthread_rwlock_destroy(rwlock));
}

EXPORTED int pthread_rwlock_rdlock(pthread_rwlock_t* rwlock) noexcept {
  const unsigned readers = ReadersOf(rwlock);
  if (!IsOpenToReaders(readers) || ReadModeOf(rwlock) != ReadMode::kRecursiveRead) [[unlikely]]
    JUMP_TO(ReadLockByCall(rwlock));
  ThreadContext* const context = HotContext();
  if (context == nullptr) [[unlikely]]
    JUMP_TO(ReadLockCarefully(rwlock));
  const KnownStep& step = StepFor(*context, rwlock);
  if (!TakeAsBefore(*context, step, rwlock, ReadMode::kRecursiveRead, TryLock::kNo,
                    LOCKDEP_HOT_CALLER())) {
    JUMP_TO(ReadLockWithCallers(rwlock, context, step));
  }
  if (ReadInPlace(rwlock, readers)) [[likely]]
    return 0;
  JUMP_TO(CallRealReadLock(rwlock, LOCKDEP_HOT_CALLER()));
}

EXPORTED int pthread_rwlock_wrlock(pthread_rwlock_t* rwlock) noexcept {
  if (!CannotFail(rwlock)) JUMP_TO(WriteLockCarefully(rwlock));
  ThreadContext* const context = HotContext();
  if (context == nullptr) [[unlikely]]
    JUMP_TO(WriteLockCarefully(rwlock));
  const KnownStep& step = StepFor(*context, rwlock);
  if (!TakeAsBefore(*context, step, rwlock, ReadMode::kWrite, TryLock::kNo, LOCKDEP_HOT_CALLER())) {
    JUMP_TO(WriteLockWithCallers(rwlock, context, step));
  }
  return RealWriteLock(rwlock, LOCKDEP_HOT_CALLER());
}

EXPORTED int pthread_rwlock_tryrdlock(pthread_rwlock_t* rwlock) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterReadTry(rwlock, real::pthread_rwlock_tryrdlock(rwlock));
}

EXPORTED int pthread_rwlock_trywrlock(pthread_rwlock_t* rwlock) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterWriteTry(rwlock, real::pthread_rwlock_trywrlock(rwlock));
}

EXPORTED int pthread_rwlock_timedrdlock(pthread_rwlock_t* rwlock,
                                        const timespec* deadline) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterReadTry(rwlock, real::pthread_rwlock_timedrdlock(rwlock, deadline));
}

EXPORTED int pthread_rwlock_timedwrlock(pthread_rwlock_t* rwlock,
                                        const timespec* deadline) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterWriteTry(rwlock, real::pthread_rwlock_timedwrlock(rwlock, deadline));
}

EXPORTED int pthread_rwlock_clockrdlock(pthread_rwlock_t* rwlock, clockid_t clock,
                                        const timespec* deadline) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterReadTry(rwlock, real::pthread_rwlock_clockrdlock(rwlock, clock, deadline));
}

EXPORTED int pthread_rwlock_clockwrlock(pthread_rwlock_t* rwlock, clockid_t clock,
                                        const timespec* deadline) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  return scope.AfterWriteTry(rwlock, real::pthread_rwlock_clockwrlock(rwlock, clock, deadline));
}

EXPORTED int pthread_rwlock_unlock(pthread_rwlock_t* rwlock) noexcept {
  if (ReleaseNewest(rwlock)) return real::pthread_rwlock_unlock(rwlock);
  JUMP_TO(UnlockCarefully(rwlock));
}

EXPORTED int pthread_create(pthread_t* thread, const pthread_attr_t* attr, void* (*function)(void*),
                            void* argument) noexcept {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  ThreadStart* start = scope.NewThreadStart();
  NoteThreadCreated(start == nullptr ? kUnseenThread : 1);
  if (start == nullptr) return real::pthread_create(thread, attr, function, argument);
  *start = {function, argument, DefaultStackSize(), start->life};
  if (attr != nullptr) pthread_attr_getstacksize(attr, &start->stack_size);
  const int result = real::pthread_create(thread, attr, RunThread, start);
  if (result != 0) {
    NoteThreadCreated(-1);
    Cells::GiveBack(start);
  }
  return result;
}

EXPORTED int __register_atfork(void (*prepare)(), void (*parent)(), void (*child)(),
                               void* dso_handle) noexcept {
  StartIfEarly();
  return real::__register_atfork(prepare, parent, child, dso_handle);
}

EXPORTED void _exit(int status) {
  real::_exit(FinishProcess(status));
  __builtin_unreachable();
}

// g++ wants an alias to say again what its function promises; clang cannot.
#if __has_attribute(copy)
#define ALIAS_OF(of) __attribute__((alias(#of), copy(of)))
#else
#define ALIAS_OF(of) __attribute__((alias(#of)))
#endif

// The other names are the same functions.
#define LOCKDEP_HOOK(name, version)
#define LOCKDEP_HOOK_CXX(name)
#define LOCKDEP_HOOK_OPTIONAL(name)
#define LOCKDEP_HOOK_ALIAS(name, of) EXPORTED decltype(of) name ALIAS_OF(of);
#include "hooks/interposed.def"
#undef LOCKDEP_HOOK
#undef LOCKDEP_HOOK_CXX
#undef LOCKDEP_HOOK_OPTIONAL
#undef LOCKDEP_HOOK_ALIAS
