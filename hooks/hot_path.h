// The way through a hook that a program takes nearly always: a plain lock, taken
// or released as this thread did before.  Answers "no" for everything else,
// having changed nothing, and then HookScope does the work.
//
// There are two: without callers to note, and, jumped to from there with what was found, for
// code that keeps frame pointers, as all does that is compiled without optimisation.
//
// Nothing here calls anything, and the real function is called in the hook's place where
// it returns what the hook returns.  Neither is the gate closed: a signal handler that
// comes between finds a whole stack at every instruction, and may take and release locks
// by any hook (lockdep/internal/push.h).  What it leaves untold (signal_contexts.h) closes
// the hot path, and is put right by the next hook, before it looks at anything.
//
// Thread safety: for the calling thread.  Cost: no shared write.

#ifndef LOCKDEP_HOOKS_HOT_PATH_H_
#define LOCKDEP_HOOKS_HOT_PATH_H_

#include <pthread.h>

#include <cstdint>

#include "hooks/caller.h"
#include "hooks/known_callers.h"
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

// The calling thread's context; null where the hot path is not to be taken.
inline ThreadContext* HotContext() {
  const uintptr_t gate = thread_slot.gate;
  if (!IsHot(gate)) [[unlikely]]
    return nullptr;
  if (gate == 0) __builtin_unreachable();  // It is tested once.
  return reinterpret_cast<ThreadContext*>(gate);
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
  constexpr unsigned kManyReaders = 1u << 30;
  return rwlock->__data.__cur_writer != thread_slot.tid && rwlock->__data.__readers < kManyReaders;
}

// Where it stands if the calling thread took the lock here before.  To be used in the body of
// an interposed function, into which it is inlined.
__attribute__((always_inline)) inline const KnownStep& StepFor(const ThreadContext& context,
                                                               const void* lock) {
  return thread_slot.steps.Slot(context.chain_key, reinterpret_cast<uintptr_t>(lock),
                                reinterpret_cast<uintptr_t>(__builtin_return_address(0)));
}

// Notes that the calling thread takes the lock at this place, if the step says that it did so
// before and note_site(call_site) that it could write where from.  Returns false if this has
// to be looked at.
template <typename NoteSite>
__attribute__((always_inline)) inline bool TakeAsBefore(ThreadContext& context,
                                                        const KnownStep& step, const void* lock,
                                                        StepMode mode, StepPlace place,
                                                        const NoteSite& note_site) {
  const uint64_t acquisitions = InOrder(context.acquisitions);
  const auto address = reinterpret_cast<uintptr_t>(lock);
  const ChainKey before = context.chain_key;
  if (step.before != before || step.lock != (address | mode) || step.place != place ||
      lock_ends.At(address) + thread_slot.steps.era != step.ends || context.held.full())
      [[unlikely]] {
    return false;
  }
  HeldLock& held = context.held.Next();
  held.previous_chain_key = before;
  step.CopyLockTo(held);  // Its nest_lock is null: no hook gives one.
  if (!note_site(held.call_site)) [[unlikely]]
    return false;
  const ChainKey after = step.after;
  // Before it counts: a handler that comes between takes it back.
  InOrder(thread_slot.newest_lock) = lock;
  context.held.Push();
  // Whoever came between may have changed the entry, and the step.
  if (InOrder(context.acquisitions) != acquisitions) [[unlikely]] {
    InOrder(thread_slot.newest_lock) = nullptr;
    context.held.Pop();
    return false;
  }
  InOrder(context.chain_key) = after;
  InOrder(context.acquisitions) = acquisitions + 1;
  return true;
}

// A call would want the address of what it is given, and who has given one away does not jump.
#define LOCKDEP_INLINED __attribute__((always_inline))

// From a place without callers to note.
__attribute__((always_inline)) inline bool TakeAsBefore(ThreadContext& context,
                                                        const KnownStep& step, const void* lock,
                                                        ReadMode mode, TryLock trylock,
                                                        const Caller& caller) {
  const auto note_site = [caller](CallSite& site) LOCKDEP_INLINED {
    // At once: whoever takes the lock then waits for each store.
    using Pair = uintptr_t __attribute__((vector_size(2 * sizeof(uintptr_t))));
    const Pair pcs = {caller.pc, 0};
    __builtin_memcpy(site.pcs, &pcs, sizeof(pcs));
    site.frame = caller.frame;
    return true;
  };
  return TakeAsBefore(context, step, lock, StepModeOf(mode, trylock),
                      PlaceOf(caller.pc, Callers::kNone), note_site);
}

// From a place that keeps a frame pointer: they are noted each time, because they may be others.
__attribute__((always_inline)) inline bool TakeWithCallers(ThreadContext& context,
                                                           const KnownStep& step, const void* lock,
                                                           ReadMode mode, TryLock trylock,
                                                           const Caller& caller) {
  const auto find = [](uintptr_t pc, uintptr_t /*frame*/)
                        LOCKDEP_INLINED { return frame_pointers.FindAtOnce(pc); };
  const auto note_site = [caller, find](CallSite& site)
                             LOCKDEP_INLINED { return WalkCallers(caller, site, find); };
  return TakeAsBefore(context, step, lock, StepModeOf(mode, trylock),
                      PlaceOf(caller.pc, Callers::kNoted), note_site);
}

// Notes that the calling thread releases what it took last, if that is this lock.
__attribute__((always_inline)) inline bool ReleaseNewest(const void* lock) {
  ThreadContext* const context = HotContext();
  if (context == nullptr) [[unlikely]]
    return false;
  const HeldLock& newest = context->held.newest();
  const bool is_known = InOrder(thread_slot.newest_lock) == lock;
  if (!is_known && (context->held.on_floor() || newest.lock->address != lock)) [[unlikely]]
    return false;
  // The entry first: what a handler takes in between must not count as proved upon it.
  const ChainKey before = InOrder(newest).previous_chain_key;
  InOrder(thread_slot.newest_lock) = nullptr;
  context->held.Pop();
  InOrder(context->chain_key) = before;
  return true;
}

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_HOT_PATH_H_
