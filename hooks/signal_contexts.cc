#include "hooks/signal_contexts.h"

#include <signal.h>

#include "hooks/known_steps.h"
#include "hooks/real.h"
#include "hooks/session.h"
#include "hooks/signal_handlers.h"

namespace lockdep::hooks {

constinit std::atomic<uint32_t> signal_epoch{0};

const char* const kSignalNames[64] = {
    "SIGHUP",      "SIGINT",      "SIGQUIT",     "SIGILL",      "SIGTRAP",     "SIGABRT",
    "SIGBUS",      "SIGFPE",      "SIGKILL",     "SIGUSR1",     "SIGSEGV",     "SIGUSR2",
    "SIGPIPE",     "SIGALRM",     "SIGTERM",     "SIGSTKFLT",   "SIGCHLD",     "SIGCONT",
    "SIGSTOP",     "SIGTSTP",     "SIGTTIN",     "SIGTTOU",     "SIGURG",      "SIGXCPU",
    "SIGXFSZ",     "SIGVTALRM",   "SIGPROF",     "SIGWINCH",    "SIGIO",       "SIGPWR",
    "SIGSYS",      "signal 32",   "signal 33",   "SIGRTMIN",    "SIGRTMIN+1",  "SIGRTMIN+2",
    "SIGRTMIN+3",  "SIGRTMIN+4",  "SIGRTMIN+5",  "SIGRTMIN+6",  "SIGRTMIN+7",  "SIGRTMIN+8",
    "SIGRTMIN+9",  "SIGRTMIN+10", "SIGRTMIN+11", "SIGRTMIN+12", "SIGRTMIN+13", "SIGRTMIN+14",
    "SIGRTMIN+15", "SIGRTMAX-14", "SIGRTMAX-13", "SIGRTMAX-12", "SIGRTMAX-11", "SIGRTMAX-10",
    "SIGRTMAX-9",  "SIGRTMAX-8",  "SIGRTMAX-7",  "SIGRTMAX-6",  "SIGRTMAX-5",  "SIGRTMAX-4",
    "SIGRTMAX-3",  "SIGRTMAX-2",  "SIGRTMAX-1",  "SIGRTMAX"};

namespace {

// No epoch: it is told again whatever has changed.
constexpr uint32_t kUntold = ~uint32_t{0};

ContextSet BlockedSignals() {
  sigset_t blocked = {};
  real::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  static_assert(sizeof(blocked.__val[0]) == sizeof(ContextSet));
  return blocked.__val[0];
}

void MakeDue() {
  thread_slot.signal_epoch = kUntold;
  if (!IsClosed(thread_slot.gate)) thread_slot.gate |= kDueGate;
}

}  // namespace

void TellContexts(const Caller& caller) {
  thread_slot.signal_epoch = signal_epoch.load(std::memory_order_acquire);
  const ContextSet handled = HandledSignals();
  const ContextSet blocked = handled != 0 ? BlockedSignals() : 0;
  const ContextState state = {.in = RunningHandlers(), .enabled = handled & ~blocked};
  session().engine().SetContexts(*thread_slot.state->context, state, NoteCallSite(caller));
}

void NoteMaskChanged() {
  if (HandledSignals() != 0) MakeDue();
}

// Steps that threads know were taken where the signal had no handler: they are looked at again.
void NoteHandledChanged() {
  signal_epoch.fetch_add(1, std::memory_order_acq_rel);
  lock_ends.CountAll();
}

ContextsDue NoteHandlerBegins() {
  const ContextsDue before = {thread_slot.signal_epoch, thread_slot.gate};
  MakeDue();
  return before;
}

// If nobody asked meanwhile, nothing has changed: the kernel puts the old mask back.
void NoteHandlerEnds(const ContextsDue& before) {
  if (thread_slot.signal_epoch != kUntold) return MakeDue();
  if (thread_slot.gate != (before.gate | kDueGate)) return;
  thread_slot.signal_epoch = before.epoch;
  thread_slot.gate = before.gate;
}

}  // namespace lockdep::hooks
