#include "hooks/signal_handlers.h"

#include <unistd.h>

#include <atomic>
#include <bit>
#include <cstdint>

#include "hooks/handler_contexts.h"
#include "hooks/lifecycle.h"
#include "hooks/real.h"
#include "hooks/session.h"
#include "hooks/signal_contexts.h"
#include "hooks/thread_context.h"

namespace lockdep::hooks {
namespace {

using InfoFunction = void (*)(int, siginfo_t*, void*);

constexpr int kSignals = NSIG;  // 1 to 64.
constexpr int kTurns = 2;

// What the program gave, by turn.
struct Handler {
  std::atomic<InfoFunction> function;
  std::atomic<ContextSet> context;
};
constinit Handler handlers[kSignals][kTurns] = {};
// The contexts of those that are installed, by signal, and which signals have one.
constinit std::atomic<ContextSet> contexts[kSignals] = {};
constinit std::atomic<SignalSet> handled{0};
// Signals whose handler the kernel takes away when it calls it.
constinit std::atomic<SignalSet> one_shots{0};
constinit thread_local RunningHandler* running = nullptr;

bool ComesFromCode(int signal) {
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGSYS:
    case SIGABRT:
      return true;
    default:
      return signal <= 0 || signal >= kSignals;
  }
}

SignalSet BitOf(int signal) { return SignalSet{1} << (signal - 1); }

void Change(std::atomic<SignalSet>& set, int signal, bool is_in) {
  is_in ? set.fetch_or(BitOf(signal), std::memory_order_acq_rel)
        : set.fetch_and(~BitOf(signal), std::memory_order_acq_rel);
}

// The signal has the handler with this context, or none that is one.
void NoteHandled(int signal, ContextSet context) {
  const ContextSet before = contexts[signal].exchange(context, std::memory_order_acq_rel);
  Change(handled, signal, context != 0);
  if (before != context) NoteHandledChanged();
}

// Everything that the kernel gives is passed on, asked for or not: x86-64 has it in registers.
template <int kTurn>
void Run(int signal, siginfo_t* info, void* interrupted) {
  const Handler& handler = handlers[signal][kTurn];
  const InfoFunction function = handler.function.load(std::memory_order_acquire);
  RunningHandler self = {handler.context.load(std::memory_order_acquire),
                         reinterpret_cast<uintptr_t>(__builtin_frame_address(0)), running};
  running = &self;
  if ((one_shots.load(std::memory_order_acquire) & BitOf(signal)) != 0) NoteHandled(signal, 0);
  const ContextsDue before = NoteHandlerBegins();
  function(signal, info, interrupted);
  running = self.outer;
  NoteHandlerEnds(before);
}

constexpr InfoFunction kOurs[kTurns] = {Run<0>, Run<1>};

int TurnOf(HandlerFunction installed) {
  for (int turn = 0; turn < kTurns; ++turn) {
    if (installed == std::bit_cast<HandlerFunction>(kOurs[turn])) return turn;
  }
  return -1;
}

bool IsFunction(HandlerFunction handler) {
  return handler != SIG_DFL && handler != SIG_IGN && handler != SIG_ERR && handler != SIG_HOLD;
}

// Whether handlers of this signal are watched here.
bool Watches(int signal) {
  return !ComesFromCode(signal) && CurrentStage() == Stage::kActive &&
         (session().is_forked() || getpid() == session().pid());
}

// Takes the turn that is not installed, and returns our function for it.
HandlerFunction Wrap(int signal, HandlerFunction handler) {
  struct sigaction now = {};
  real::sigaction(signal, nullptr, &now);
  const int turn = TurnOf(now.sa_handler) == 0 ? 1 : 0;
  Handler& ours = handlers[signal][turn];
  ours.function.store(std::bit_cast<InfoFunction>(handler), std::memory_order_release);
  ours.context.store(ContextOfHandler(signal, std::bit_cast<uintptr_t>(handler)),
                     std::memory_order_release);
  return std::bit_cast<HandlerFunction>(kOurs[turn]);
}

Lasts LastsOf(const struct sigaction& action) {
  return (static_cast<unsigned>(action.sa_flags) & SA_RESETHAND) != 0 ? Lasts::kOnce
                                                                      : Lasts::kForEver;
}

void NoteInstalled(int signal, HandlerFunction installed, Lasts lasts) {
  const int turn = TurnOf(installed);
  Change(one_shots, signal, turn >= 0 && lasts == Lasts::kOnce);
  NoteHandled(signal,
              turn < 0 ? 0 : handlers[signal][turn].context.load(std::memory_order_acquire));
}

// What the program gave for what is installed.
HandlerFunction Unwrap(int signal, HandlerFunction installed) {
  const int turn = TurnOf(installed);
  if (turn < 0) return installed;
  return std::bit_cast<HandlerFunction>(
      handlers[signal][turn].function.load(std::memory_order_acquire));
}

// The stack pointer that the jump restores: the seventh word, as glibc hides it.
uintptr_t StackOf(const __jmp_buf_tag* target) {
  constexpr int kStackPointer = 6;
  auto hidden = static_cast<uintptr_t>(target->__jmpbuf[kStackPointer]);
  asm("ror $0x11, %0\n\txor %%fs:0x30, %0" : "+r"(hidden) : : "cc");
  return hidden;
}

}  // namespace

int ChangeAction(int signal, const struct sigaction* action, struct sigaction* old) {
  if (!Watches(signal)) {
    const int result = real::sigaction(signal, action, old);
    if (result == 0 && old != nullptr) old->sa_handler = Unwrap(signal, old->sa_handler);
    return result;
  }
  struct sigaction ours = {};
  const bool changes = action != nullptr;  // `old` may be `action`.
  if (changes) ours = *action;
  if (changes && IsFunction(ours.sa_handler)) ours.sa_handler = Wrap(signal, ours.sa_handler);
  struct sigaction before = {};
  const int result = real::sigaction(signal, changes ? &ours : nullptr, &before);
  if (result != 0) return result;
  before.sa_handler = Unwrap(signal, before.sa_handler);
  if (old != nullptr) *old = before;
  if (changes) NoteInstalled(signal, ours.sa_handler, LastsOf(ours));
  return result;
}

HandlerFunction ChangeHandler(int signal, HandlerFunction handler, Lasts lasts,
                              HandlerFunction (*real)(int, HandlerFunction) noexcept) {
  const bool watches = Watches(signal);
  const HandlerFunction ours = watches && IsFunction(handler) ? Wrap(signal, handler) : handler;
  const HandlerFunction before = real(signal, ours);
  if (before == SIG_ERR) return before;
  const HandlerFunction programs = Unwrap(signal, before);
  if (watches) NoteInstalled(signal, ours, lasts);
  return programs;
}

SignalSet HandledSignals() { return handled.load(std::memory_order_acquire); }

ContextSet HandlersUnless(SignalSet blocked) {
  ContextSet open = 0;
  for (SignalSet left = HandledSignals() & ~blocked; left != 0; left &= left - 1) {
    open |= contexts[std::countr_zero(left) + 1].load(std::memory_order_acquire);
  }
  return open;
}

ContextSet RunningHandlers() {
  ContextSet in = 0;
  for (const RunningHandler* one = running; one != nullptr; one = one->outer) in |= one->context;
  return in;
}

void LeaveHandlersAfterFork() {
  if (running == nullptr) return;
  running = nullptr;
  NoteMaskChanged();
}

void LeaveHandlers(const __jmp_buf_tag* target) {
  if (running == nullptr) return;
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const uintptr_t there = StackOf(target);
  while (running != nullptr && !(here <= there && there <= running->frame)) {
    running = running->outer;
  }
}

}  // namespace lockdep::hooks
