// The events of what is no mutex and no rwlock (resource.h): held like a lock, or
// waited for and ended by somebody.
//
// Invariants: those of HookScope.
//
// Thread safety: a local variable of one call.

#ifndef LOCKDEP_HOOKS_WAIT_SCOPE_H_
#define LOCKDEP_HOOKS_WAIT_SCOPE_H_

#include "hooks/hook_scope.h"
#include "hooks/resource.h"

namespace lockdep::hooks {

class WaitScope : public HookScope {
 public:
  using HookScope::HookScope;

  // A resource that behaves as a lock.  Before a call that may wait; the result is
  // for AfterHold, and null if there is nothing to undo.
  Resource* BeforeHold(const ResourceId& id, ReadMode mode = ReadMode::kWrite,
                       const char* name = nullptr);
  void AfterHold(Resource* announced, bool is_held);
  // Makes the real call, which may be cancelled: then what was announced is none.
  template <typename RealCall>
  int HoldCancellably(Resource* announced, const RealCall& real_call) {
    int result;
    Announced held = {this, announced};
    pthread_cleanup_push(OnCancelledHold, &held);
    result = real_call();
    pthread_cleanup_pop(0);
    return result;
  }
  // After a call that did not wait and got it.
  void NoteHeld(const ResourceId& id, ReadMode mode = ReadMode::kWrite, const char* name = nullptr);
  void BeforeUnhold(const ResourceId& id);
  // The same, unless the thread holds it already.
  Resource* BeforeHoldOnce(const ResourceId& id, ReadMode mode, const char* name);
  // It is not held any more, whoever held it.
  void Forget(const Resource& resource);
  // For what its owner may take again: each call counts, and the outermost pair tells.
  void BeforeHoldAgain(const ResourceId& id, const char* name = nullptr) {
    HoldAgain(id, TryLock::kNo, name);
  }
  void NoteHeldAgain(const ResourceId& id) { HoldAgain(id, TryLock::kYes, nullptr); }
  void BeforeUnholdAgain(const ResourceId& id);

  // The thread waits for it without getting it, or ends such waits.
  void BeforeWait(const ResourceId& id, const char* name = nullptr);
  void BeforeWake(const ResourceId& id);

  void AfterBegin(const ResourceId& id);
  // Made by a call: locks that were made over the same calls are one class.
  void AfterBeginClassed(const ResourceId& id);
  void AfterEnd(const ResourceId& id);

  // A semaphore is a lock as long as each thread posts what it waited for; else it
  // is something that others end.
  Resource* BeforeSemaphoreWait(const void* semaphore);
  void AfterSemaphoreTry(const void* semaphore);
  void BeforePost(const void* semaphore);
  void AfterSemaphoreBegin(const void* semaphore, unsigned value);
  // A named one may have been known before.
  void AfterSemaphoreOpen(const void* semaphore, unsigned value);
  void AfterSemaphoreEnd(const void* semaphore);
  // The process may be about to lose it; the name and its state stay.
  void BeforeSemaphoreClose(const void* semaphore);

  // The wait on a condition and its end; `mutex` is what the waiter lets go.
  void BeforeConditionWait(const void* condition, const void* mutex);
  void BeforeSignal(const void* condition);
  // Makes the real wait, also one with a time limit: what follows comes after the signal that
  // ended it.
  template <typename RealWait>
  int UntilSignalled(const void* condition, const RealWait& real_wait) {
    const Segment* const before = LastSignal(condition);
    const int result = real_wait();
    if (result == 0) AfterSignal(condition, before);
    return result;
  }
  void AfterConditionBegin(const void* condition);
  void AfterConditionEnd(const void* condition);

 protected:
  Resource* Get(const ResourceId& id, const char* name = nullptr);
  // Of this origin there may be several locks, which are one class; `name` may be null.
  static void ShareClass(Resource& resource, uint64_t origin, const char* name);
  // An announced hold, or one that was held once more, did not come about.
  void TakeBack(Resource& resource);

 private:
  struct Announced {
    WaitScope* scope;
    Resource* resource;
  };
  static void OnCancelledHold(void* announced);
  Resource* Hold(Resource* resource, ReadMode mode, TryLock trylock);
  void HoldAgain(const ResourceId& id, TryLock trylock, const char* name);
  bool IsHeld(const Resource& resource);
  bool HoldsAnotherOf(const LockMap& map);
  void Drop(const Resource& resource);
  Resource* GetSemaphore(const void* semaphore);
  void WaitFor(Resource& resource);
  void EndFreely(Resource& resource);
  void EndWait(Resource& resource);
  bool HoldsMoreThan(const void* mutex);
  void OrderAfterThis(Resource& resource);
  static const Segment* LastSignal(const void* condition);
  // Under the graph lock.
  static const Segment* FirstSignal(const void* condition);
  void AfterSignal(const void* condition, const Segment* before);
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_WAIT_SCOPE_H_
