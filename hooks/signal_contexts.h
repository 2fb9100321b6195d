// Where a thread stands towards the program's signal handlers, as the engine's contexts
// (handler_contexts.h).  A thread is in the context of a handler while that runs in it, and
// the context is enabled where the signal has this handler and is not blocked.
//
// Nothing is told while nobody takes a lock: a change of the mask, a handler that begins or
// ends, make it due, and the next hook of the thread that takes the longer way asks the
// kernel for the mask and tells the engine.  What is due closes the hot path.
//
// Limits: a mask that only a system call sets for its duration (sigsuspend, ppoll) is not
// seen, nor one that swapcontext restores.
// Thread safety: for the calling thread, but for NoteHandledChanged.

#ifndef LOCKDEP_HOOKS_SIGNAL_CONTEXTS_H_
#define LOCKDEP_HOOKS_SIGNAL_CONTEXTS_H_

#include <atomic>
#include <cstdint>

#include "hooks/caller.h"
#include "hooks/thread_context.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// Which change of the handled signals the threads should know of.
extern constinit std::atomic<uint32_t> signal_epoch;

inline bool AreContextsDue() {
  return thread_slot.signal_epoch != signal_epoch.load(std::memory_order_acquire);
}

// Behind the gate: tells the engine.
void TellContexts(const Caller& caller);

// The mask of the calling thread may be another one.
void NoteMaskChanged();

// A signal has another handler than before, or none, or its first.
void NoteHandledChanged();

// A handler begins in the calling thread, and ends.
struct ContextsDue {
  uint32_t epoch;
  uintptr_t gate;
  uintptr_t gate_pc;
};
ContextsDue NoteHandlerBegins();
void NoteHandlerEnds(const ContextsDue& before);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_SIGNAL_CONTEXTS_H_
