#include "hooks/signal_contexts.h"

#include <signal.h>
#include <sys/single_threaded.h>

#include "hooks/known_steps.h"
#include "hooks/real.h"
#include "hooks/session.h"
#include "hooks/signal_handlers.h"

namespace lockdep::hooks {

constinit std::atomic<uint32_t> signal_epoch{0};

namespace {

// No epoch: it is told again whatever has changed.
constexpr uint32_t kUntold = ~uint32_t{0};

SignalSet BlockedSignals() {
  sigset_t blocked = {};
  real::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  static_assert(sizeof(blocked.__val[0]) == sizeof(SignalSet));
  return blocked.__val[0];
}

void MakeDue() {
  thread_slot.signal_epoch = kUntold;
  if (!IsClosed(thread_slot.gate)) thread_slot.gate |= kDueGate;
}

}  // namespace

void TellContexts(const Caller& caller) {
  thread_slot.signal_epoch = signal_epoch.load(std::memory_order_acquire);
  const SignalSet blocked = HandledSignals() != 0 ? BlockedSignals() : 0;
  const ContextState state = {.in = RunningHandlers(), .enabled = HandlersUnless(blocked)};
  ThreadState& thread = *thread_slot.state;
  session().engine().SetContexts(*thread.context, state, NoteCallSite(caller));
  thread.steps.EnterContext(thread.context->context);
  thread_slot.steps = thread.steps.table();
}

void NoteMaskChanged() {
  if (HandledSignals() != 0) MakeDue();
}

// Steps that threads know were taken where the signal had another handler: they are looked at
// again.  For the calling thread a mark does that, if there is a gate to mark.
void NoteHandledChanged() {
  signal_epoch.fetch_add(1, std::memory_order_acq_rel);
  const uintptr_t gate = thread_slot.gate;
  if (__libc_single_threaded == 0 || (gate != kNoGate && IsClosed(gate))) lock_ends.CountAll();
  MakeDue();
}

ContextsDue NoteHandlerBegins() {
  const ContextsDue before = {thread_slot.signal_epoch, thread_slot.gate, thread_slot.gate_pc};
  MakeDue();
  return before;
}

// If nobody asked meanwhile, nothing has changed: the kernel puts the old mask back.
void NoteHandlerEnds(const ContextsDue& before) {
  thread_slot.gate_pc = before.gate_pc;  // Somebody may be about to close the gate with it.
  const bool has_news = before.epoch != signal_epoch.load(std::memory_order_acquire);
  if (has_news || thread_slot.signal_epoch != kUntold) return MakeDue();
  if (thread_slot.gate != (before.gate | kDueGate)) return;
  thread_slot.signal_epoch = before.epoch;
  thread_slot.gate = before.gate;
}

}  // namespace lockdep::hooks
