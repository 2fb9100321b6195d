// The threads of C11.  In glibc a mtx_t is a pthread_mutex_t and a cnd_t a
// pthread_cond_t, and what works on them does not come by our other hooks.

#include <cerrno>

#include "hooks/blocking.h"
#include "hooks/exported.h"
#include "hooks/real.h"
#include "hooks/wait_scope.h"
#include "hooks/waiting.h"

using lockdep::hooks::Cells;
using lockdep::hooks::DefaultStackSize;
using lockdep::hooks::HookScope;
using lockdep::hooks::kUnseenThread;
using lockdep::hooks::LockRecord;
using lockdep::hooks::LockSlowly;
using lockdep::hooks::NoteThreadCreated;
using lockdep::hooks::PublishedWait;
using lockdep::hooks::RunThread;
using lockdep::hooks::ThreadStart;
using lockdep::hooks::WaitCancellably;
using lockdep::hooks::WaitKind;
using lockdep::hooks::WaitScope;
namespace real = lockdep::hooks::real;

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && thrd_success == 0);

namespace {

pthread_mutex_t* MutexOf(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }

// What the scope would have been told by the function of pthreads.
int ToPthreads(int result) {
  switch (result) {
    case thrd_busy:
      return EBUSY;
    case thrd_timedout:
      return ETIMEDOUT;
    case thrd_error:
      return EINVAL;
    default:
      return result;
  }
}

int RunC11Thread(void* thread_start) {
  return static_cast<int>(reinterpret_cast<intptr_t>(RunThread(thread_start)));
}

}  // namespace

EXPORTED int mtx_init(mtx_t* mutex, int type) {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  const int result = real::mtx_init(mutex, type);
  scope.AfterInit(MutexOf(mutex), ToPthreads(result));
  return result;
}

EXPORTED void mtx_destroy(mtx_t* mutex) {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  real::mtx_destroy(mutex);
  scope.AfterDestroy(MutexOf(mutex), 0);
}

EXPORTED int mtx_lock(mtx_t* mutex) {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  LockRecord* announced = scope.BeforeLock(MutexOf(mutex));
  int result = real::mtx_trylock(mutex);
  if (result == thrd_busy) {
    const int waited = LockSlowly(MutexOf(mutex), scope.caller());
    result = waited == 0 ? thrd_success : thrd_error;
  }
  scope.AfterLock(announced, ToPthreads(result));
  return result;
}

EXPORTED int mtx_trylock(mtx_t* mutex) {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  const int result = real::mtx_trylock(mutex);
  scope.AfterTry(MutexOf(mutex), ToPthreads(result));
  return result;
}

EXPORTED int mtx_timedlock(mtx_t* mutex, const timespec* deadline) {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  const int result = real::mtx_timedlock(mutex, deadline);
  scope.AfterTry(MutexOf(mutex), ToPthreads(result));
  return result;
}

EXPORTED int mtx_unlock(mtx_t* mutex) {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  scope.BeforeUnlock(MutexOf(mutex));
  return real::mtx_unlock(mutex);
}

EXPORTED int cnd_init(cnd_t* condition) {
  const int result = real::cnd_init(condition);
  if (result == 0) WaitScope(LOCKDEP_HOOK_CALLER()).AfterConditionBegin(condition);
  return result;
}

EXPORTED void cnd_destroy(cnd_t* condition) {
  real::cnd_destroy(condition);
  WaitScope(LOCKDEP_HOOK_CALLER()).AfterConditionEnd(condition);
}

EXPORTED int cnd_signal(cnd_t* condition) {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforeSignal(condition);
  return real::cnd_signal(condition);
}

EXPORTED int cnd_broadcast(cnd_t* condition) {
  WaitScope(LOCKDEP_HOOK_CALLER()).BeforeSignal(condition);
  return real::cnd_broadcast(condition);
}

EXPORTED int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  int result = thrd_error;
  scope.Wait(MutexOf(mutex), [&] {
    scope.BeforeConditionWait(condition, mutex);
    PublishedWait wait(WaitKind::kCondition, condition, scope.caller(), mutex);
    wait.LookOnce();
    result = scope.UntilSignalled(condition, [&] {
      return WaitCancellably(wait, [&] { return real::cnd_wait(condition, mutex); });
    });
    return ToPthreads(result);
  });
  return result;
}

EXPORTED int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* deadline) {
  WaitScope scope(LOCKDEP_HOOK_CALLER());
  int result = thrd_error;
  scope.Wait(MutexOf(mutex), [&] {
    result = scope.UntilSignalled(condition,
                                  [&] { return real::cnd_timedwait(condition, mutex, deadline); });
    return ToPthreads(result);
  });
  return result;
}

EXPORTED int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  HookScope scope(LOCKDEP_HOOK_CALLER());
  ThreadStart* start = scope.NewThreadStart();
  NoteThreadCreated(start == nullptr ? kUnseenThread : 1);
  if (start == nullptr) return real::thrd_create(thread, function, argument);
  // Called as if it returned a word, of which RunC11Thread takes the int.
  *start = {reinterpret_cast<void* (*)(void*)>(reinterpret_cast<uintptr_t>(function)), argument,
            DefaultStackSize(), start->life};
  const int result = real::thrd_create(thread, RunC11Thread, start);
  if (result != thrd_success) {
    NoteThreadCreated(-1);
    Cells::GiveBack(start);
  }
  return result;
}
