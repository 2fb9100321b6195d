// The engine's state of one thread of execution.  It is an argument of every
// event, not a thread-local variable: a host with fibers switches it, an
// importer keeps one for each traced task.
//
// Thread safety: used by one thread at a time.

#ifndef LOCKDEP_THREAD_CONTEXT_H_
#define LOCKDEP_THREAD_CONTEXT_H_

#include <cstdint>

#include "lockdep/chain_key.h"
#include "lockdep/context_state.h"
#include "lockdep/held_lock.h"
#include "lockdep/types.h"

namespace lockdep {

struct ThreadContext {
  ThreadId id = ThreadId::kNone;
  const char* name = "";
  // Of the locks held in the context that the thread runs in.
  ChainKey chain_key = kEmptyChainKey;
  HeldLocks held;
  LockUse context;  // In the id of `contexts`; Off() while `off`.
  ContextState contexts;
  uint64_t acquisitions = 0;           // Counted here so that counting shares nothing.
  uint32_t off = 0;                    // Above 0: events are ignored (Validator::TurnOff).
  ThreadContext* next = nullptr;       // All contexts of a validator.
  ThreadContext* next_free = nullptr;  // Contexts that can be used again.
};

}  // namespace lockdep

#endif  // LOCKDEP_THREAD_CONTEXT_H_
