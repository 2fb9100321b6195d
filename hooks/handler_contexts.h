// The engine's contexts of signal handlers: a signal and a function that handles it are one.
// What a handler takes says nothing of the places where another one may come, which the
// signal had before or has later, in this process or in a child.
//
// The first handler of a signal has the name of the signal; the name of a later one also
// says where its code is, so that it is the same one in all children of a process.
//
// Limits: 64 handlers in the life of a process and its forebears; further ones are none.
// Thread safety: any thread, any handler.

#ifndef LOCKDEP_HOOKS_HANDLER_CONTEXTS_H_
#define LOCKDEP_HOOKS_HANDLER_CONTEXTS_H_

#include <cstdint>

#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// The context of this handler, as a set of one, made if it is new; empty if there are too many.
ContextSet ContextOfHandler(int signal, uintptr_t handler);

// By context; null where there is none yet.
extern constinit const char* context_names[kMaxContextBits];

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_HANDLER_CONTEXTS_H_
