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

// A mutex that its owner cannot take again or fail to release.
inline bool IsPlain(const pthread_mutex_t* mutex) {
  constexpr int kTypeRobustInheritProtect = 0x73;
  const int kind = mutex->__data.__kind & kTypeRobustInheritProtect;
  return kind == PTHREAD_MUTEX_TIMED_NP || kind == PTHREAD_MUTEX_ADAPTIVE_NP;
}

// Notes that the calling thread takes the lock.  Returns false if this has to be
// looked at.
__attribute__((always_inline)) inline bool TakeAsBefore(const void* lock, ReadMode mode,
                                                        TryLock trylock, const Caller& caller) {
  const uintptr_t gate = thread_slot.gate;
  if (IsClosed(gate)) [[unlikely]]
    return false;
  auto& state = *reinterpret_cast<ThreadState*>(gate);
  ThreadContext& context = *state.context;
  const auto address = reinterpret_cast<uintptr_t>(lock);
  const ChainKey before = context.chain_key;
  const KnownStep& step = state.steps.Slot(before, address);
  if (step.before != before || step.lock != (address | StepModeOf(mode, trylock)) ||
      step.site != caller.pc || step.ends != lock_ends.At(address) || context.held.full())
      [[unlikely]] {
    return false;
  }
  CloseGate(caller);
  HeldLock& held = context.held.Next();
  held.previous_chain_key = before;
  held.lock = step.map;
  held.nest_lock = nullptr;
  held.use = step.use;
  held.pins = 0;
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
  if (IsClosed(gate)) [[unlikely]]
    return false;
  ThreadContext& context = *reinterpret_cast<ThreadState*>(gate)->context;
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
