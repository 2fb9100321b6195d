// The program's signal handlers, behind functions of ours that note which of them run.
//
// The kernel gets a function of ours with the flags and the mask that the program gave; it
// calls the program's with all that the kernel said, on the same stack.  What the program
// asks about is always its own.  A signal has two such functions, taken in turn, so that a
// handler is never mistaken for the one that replaces it just then.
//
// Left alone are signals that code brings upon itself (SIGSEGV, SIGABRT and the like):
// they come in no place but their own.  So are children of vfork, whose memory is not theirs.
//
// Thread safety: as sigaction: any thread, any handler.

#ifndef LOCKDEP_HOOKS_SIGNAL_HANDLERS_H_
#define LOCKDEP_HOOKS_SIGNAL_HANDLERS_H_

#include <setjmp.h>
#include <signal.h>

#include <cstdint>

#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// A handler of the program that runs in this thread.
struct RunningHandler {
  ContextSet context;
  uintptr_t frame;  // Of our function; its frames are below.
  RunningHandler* outer;
};

// sigaction, by way of `real`.
int ChangeAction(int signal, const struct sigaction* action, struct sigaction* old);

// signal and its variants: `real` makes the change.
using HandlerFunction = void (*)(int);
enum class Lasts : uint8_t { kForEver, kOnce };  // The kernel takes it away when it calls it.
HandlerFunction ChangeHandler(int signal, HandlerFunction handler, Lasts lasts,
                              HandlerFunction (*real)(int, HandlerFunction) noexcept);

// Bit n is signal n + 1.
using SignalSet = uint64_t;
// The signals that have a handler of the program's which is a context.
SignalSet HandledSignals();
// The contexts of the handlers of all signals but these.
ContextSet HandlersUnless(SignalSet blocked);
// Of those that run in this thread now.
ContextSet RunningHandlers();

// The thread is about to jump there: handlers that it leaves run no more.
void LeaveHandlers(const __jmp_buf_tag* target);

// In a child of fork: what it goes on with is its main line, also if a handler forked it.
void LeaveHandlersAfterFork();

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_SIGNAL_HANDLERS_H_
