// The way through a hook that a program takes nearly always: a plain lock, taken
// or released as this thread did before.  Answers "no" for everything else,
// having changed nothing, and then HookScope does the work.
//
// Nothing here calls anything, so the real function can be called in the hook's
// place (a tail call).  The gate is closed meanwhile: a signal handler that comes
// between must not find a half-made entry.
//
// Thread safety: for the calling thread.  Cost: no shared write.

#ifndef LOCKDEP_HOOKS_HOT_PATH_H_
#define LOCKDEP_HOOKS_HOT_PATH_H_

#include <pthread.h>

#include <cstdint>

#include "hooks/caller.h"
#include "hooks/known_steps.h"
#include "hooks/thread_context.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// As LOCKDEP_HOOK_CALLER, for a function that keeps no frame: there is nothing in the
// place of the saved frame pointer.
#define LOCKDEP_HOT_CALLER()                                                       \
  ::lockdep::hooks::Caller {                                                       \
    reinterpret_cast<uintptr_t>(__builtin_return_address(0)),                      \
        reinterpret_cast<uintptr_t>(__builtin_dwarf_cfa()) - 2 * sizeof(uintptr_t) \
  }

// A mutex that its owner cannot take again or fail to release.
inline bool IsPlain(const pthread_mutex_t* mutex) {
  constexpr int kTypeRobustInheritProtect = 0x73;
  const int kind = mutex->__data.__kind & kTypeRobustInheritProtect;
  return kind == PTHREAD_MUTEX_TIMED_NP || kind == PTHREAD_MUTEX_ADAPTIVE_NP;
}

// Whether the real function will take it: not if the caller writes already, nor if
// a reader more would not fit in its count.
inline bool CannotFail(const pthread_rwlock_t* rwlock) {
  if (IsClosed(thread_slot.gate)) [[unlikely]]
    return false;
  constexpr unsigned kManyReaders = 1u << 30;
  return rwlock->__data.__cur_writer != thread_slot.state->tid &&
         rwlock->__data.__readers < kManyReaders;
}

// Notes that the calling thread takes the lock.  Returns false if this has to be
// looked at.
__attribute__((always_inline)) inline bool TakeAsBefore(const void* lock, ReadMode mode,
                                                        TryLock trylock, const Caller& caller) {
  const uintptr_t gate = thread_slot.gate;
  if (!IsHot(gate)) [[unlikely]]
    return false;
  auto& context = *reinterpret_cast<ThreadContext*>(gate);
  const auto address = reinterpret_cast<uintptr_t>(lock);
  const ChainKey before = context.chain_key;
  const KnownStep& step = thread_slot.state->steps.Slot(before, address);
  if (step.before != before || step.lock != (address | StepModeOf(mode, trylock)) ||
      step.site != caller.pc || step.ends != lock_ends.At(address) ||
      step.use.context() != context.context.context() || context.held.full()) [[unlikely]] {
    return false;
  }
  CloseGate(caller);
  HeldLock& held = context.held.Next();
  step.CopyTo(held);
  held.SetSite({.pcs = {caller.pc}, .frame = caller.frame});
  context.held.Push();
  context.chain_key = step.after;
  ++context.acquisitions;
  OpenGate(gate);
  return true;
}

// Notes that the calling thread releases what it took last, if that is this lock.
__attribute__((always_inline)) inline bool ReleaseNewest(const void* lock, const Caller& caller) {
  const uintptr_t gate = thread_slot.gate;
  if (!IsHot(gate)) [[unlikely]]
    return false;
  auto& context = *reinterpret_cast<ThreadContext*>(gate);
  if (context.held.on_floor()) [[unlikely]]
    return false;
  const HeldLock& newest = context.held.newest();
  if (newest.lock->address != lock) [[unlikely]]
    return false;
  CloseGate(caller);
  context.chain_key = newest.previous_chain_key;
  context.held.Pop();
  OpenGate(gate);
  return true;
}

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_HOT_PATH_H_
