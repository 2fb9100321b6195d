// The gate between an interposed function and the engine, and the events that
// go through it.
//
// A hook is active if the life cycle allows it and the thread is not inside
// another hook already: what the engine, the dynamic loader or an allocator
// calls on our behalf passes straight through.  The gate is open only inside
// the member functions, never during the real call: that may block, and a
// signal handler may take locks meanwhile.
//
// Invariants: (1) errno is on return what it was on entry; (2) AfterLock and
// AfterTry return `result` untouched; (3) 0 and EOWNERDEAD mean "held", every
// other result "not held".
//
// A lock that is tried or waited for with a time limit is told to the engine
// after it succeeded, as a trylock: a cycle through it resolves itself.
//
// Thread safety: a local variable of one call.

#ifndef LOCKDEP_HOOKS_HOOK_SCOPE_H_
#define LOCKDEP_HOOKS_HOOK_SCOPE_H_

#include <pthread.h>

#include "hooks/caller.h"
#include "hooks/lock_identity.h"
#include "hooks/lock_reference.h"
#include "hooks/signal_contexts.h"
#include "hooks/thread_context.h"

namespace lockdep::hooks {

class HookScope {
 public:
  explicit HookScope(const Caller& caller) : caller_(caller) {}
  HookScope(const HookScope&) = delete;
  HookScope& operator=(const HookScope&) = delete;

  const Caller& caller() const { return caller_; }

  // Before a call that may wait; returns what AfterLock needs.
  LockRecord* BeforeLock(pthread_mutex_t* mutex);
  LockRecord* BeforeReadLock(pthread_rwlock_t* rwlock);
  LockRecord* BeforeWriteLock(pthread_rwlock_t* rwlock);
  int AfterLock(LockRecord* announced, int result);

  // After a call that does not wait, or not for ever.
  int AfterTry(pthread_mutex_t* mutex, int result);
  int AfterReadTry(pthread_rwlock_t* rwlock, int result);
  int AfterWriteTry(pthread_rwlock_t* rwlock, int result);

  void BeforeUnlock(pthread_mutex_t* mutex);
  void BeforeUnlock(pthread_rwlock_t* rwlock);

  // A wait on a condition variable: releases the mutex and waits for it again
  // before it returns, also when the thread is cancelled in it.
  template <typename RealWait>
  int Wait(pthread_mutex_t* mutex, RealWait real_wait) {
    BeforeUnlock(mutex);
    int result;
    WaitCleanup cleanup{this, mutex};
    pthread_cleanup_push(OnCancelledWait, &cleanup);
    result = real_wait();
    pthread_cleanup_pop(0);
    return AfterWait(mutex, result);
  }

  int AfterInit(pthread_mutex_t* mutex, int result) { return AfterInit(Refer(mutex), result); }
  int AfterInit(pthread_rwlock_t* rwlock, int result) { return AfterInit(Refer(rwlock), result); }
  int AfterDestroy(const pthread_mutex_t* mutex, int result) {
    return AfterDestroy(Refer(mutex), result);
  }
  int AfterDestroy(const pthread_rwlock_t* rwlock, int result) {
    return AfterDestroy(Refer(rwlock), result);
  }

  // The memory is about to be given back: its locks end.  One that the calling
  // thread holds is a finding.
  void EndLocksIn(uintptr_t begin, uintptr_t end);
  // The same of memory that others may have got meanwhile: ends those only of the first
  // `begun` locks that there were.
  void EndLocksIn(uintptr_t begin, uintptr_t end, uint64_t begun);

  // A library may have been unloaded: what is known of its locks and its code ends.
  // `begun` as above.
  void EndUnloaded(uint64_t begun);

  // Memory for the start of a thread; null if the hook is not active.
  ThreadStart* NewThreadStart();

  // Reports what the calling thread still holds and releases its state.
  void EndThread();

 private:
  struct WaitCleanup {
    HookScope* scope;
    pthread_mutex_t* mutex;
  };
  static void OnCancelledWait(void* wait_cleanup);
  int AfterWait(pthread_mutex_t* mutex, int result);

 protected:
  // Opens the gate; returns whether this hook is active.
  bool Enter() {
    if (IsClosed(thread_slot.gate)) [[unlikely]]
      return EnterSlow();
    CloseGate(caller_);
    if (AreContextsDue()) [[unlikely]]
      TellContexts(caller_);
    return true;
  }

  void Leave() {
    if (thread_slot.work_is_due) [[unlikely]]
      DoDueWork();
    OpenGate(GateOf(thread_slot.state->context));
  }

  CallSite UnlockSite() const;

  // Before it matters what the thread holds: drops what it does not any more.
  void ForgetStaleHolds();

 private:
  bool EnterSlow();
  bool IsAbandoned() const;
  static void DoDueWork();
  LockRecord* Get(const LockReference& lock);
  void Acquire(LockRecord& record, ReadMode mode, TryLock trylock);
  void NoteReadAgain(const LockRecord& record);
  void NoteStep(const HeldLock& held, uint64_t ends);
  LockRecord* BeforeLock(const LockReference& lock, ReadMode mode);
  void NoteTaken(const LockReference& lock, ReadMode mode);
  void Release(const LockReference& lock);
  int AfterInit(const LockReference& lock, int result);
  int AfterDestroy(const LockReference& lock, int result);
  void Cancel(LockRecord& record);
  void ForgetReleasedByOthers();
  void EndResourcesIn(uintptr_t begin, uintptr_t end);
  void EndLocksOnOwnStack();

  const Caller caller_;
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_HOOK_SCOPE_H_
