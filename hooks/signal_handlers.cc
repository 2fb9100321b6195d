#include "hooks/signal_handlers.h"

#include <unistd.h>

#include <atomic>
#include <bit>
#include <cstdint>

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
constinit std::atomic<InfoFunction> handlers[kSignals][kTurns] = {};
constinit std::atomic<ContextSet> handled{0};
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

// Everything that the kernel gives is passed on, asked for or not: x86-64 has it in registers.
template <int kTurn>
void Run(int signal, siginfo_t* info, void* interrupted) {
  const InfoFunction handler = handlers[signal][kTurn].load(std::memory_order_acquire);
  RunningHandler self = {signal, reinterpret_cast<uintptr_t>(__builtin_frame_address(0)), running};
  running = &self;
  const ContextsDue before = NoteHandlerBegins();
  handler(signal, info, interrupted);
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

ContextSet BitOf(int signal) { return ContextSet{1} << (signal - 1); }

// Takes the turn that is not installed, and returns our function for it.
HandlerFunction Wrap(int signal, HandlerFunction handler) {
  struct sigaction now = {};
  real::sigaction(signal, nullptr, &now);
  const int turn = TurnOf(now.sa_handler) == 0 ? 1 : 0;
  handlers[signal][turn].store(std::bit_cast<InfoFunction>(handler), std::memory_order_release);
  return std::bit_cast<HandlerFunction>(kOurs[turn]);
}

// What the program gave for what is installed.
HandlerFunction Unwrap(int signal, HandlerFunction installed) {
  const int turn = TurnOf(installed);
  if (turn < 0) return installed;
  return std::bit_cast<HandlerFunction>(handlers[signal][turn].load(std::memory_order_acquire));
}

void NoteHandled(int signal, bool is_handled) {
  const ContextSet bit = BitOf(signal);
  const ContextSet before = is_handled ? handled.fetch_or(bit, std::memory_order_acq_rel)
                                       : handled.fetch_and(~bit, std::memory_order_acq_rel);
  if (((before & bit) != 0) != is_handled) NoteHandledChanged();
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
  const bool is_function = action != nullptr && IsFunction(action->sa_handler);
  if (is_function) {
    ours = *action;
    ours.sa_handler = Wrap(signal, action->sa_handler);
  }
  // `old` may be `action`.
  const bool changes = action != nullptr;
  struct sigaction before = {};
  const int result = real::sigaction(signal, is_function ? &ours : action, &before);
  if (result != 0) return result;
  before.sa_handler = Unwrap(signal, before.sa_handler);
  if (old != nullptr) *old = before;
  if (changes) NoteHandled(signal, is_function);
  return result;
}

HandlerFunction ChangeHandler(int signal, HandlerFunction handler,
                              HandlerFunction (*real)(int, HandlerFunction) noexcept) {
  const bool watches = Watches(signal);
  const bool is_function = watches && IsFunction(handler);
  const HandlerFunction before = real(signal, is_function ? Wrap(signal, handler) : handler);
  if (before == SIG_ERR) return before;
  const HandlerFunction programs = Unwrap(signal, before);
  if (watches) NoteHandled(signal, is_function);
  return programs;
}

ContextSet HandledSignals() { return handled.load(std::memory_order_acquire); }

ContextSet RunningHandlers() {
  ContextSet signals = 0;
  for (const RunningHandler* one = running; one != nullptr; one = one->outer) {
    signals |= BitOf(one->signal);
  }
  return signals;
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
