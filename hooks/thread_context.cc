#include "hooks/thread_context.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

#include "hooks/hook_scope.h"
#include "hooks/session.h"
#include "hooks/step_notes.h"
#include "hooks/thread_order.h"
#include "hooks/timing.h"
#include "hooks/waiting.h"

namespace lockdep::hooks {

constinit uintptr_t gate_mark = 0;
constinit thread_local ThreadSlot thread_slot;

namespace {

// Keys beyond the first block would make pthread_setspecific allocate.
constexpr pthread_key_t kKeysWithoutAllocation = 32;

constinit pthread_key_t end_key = 0;
constinit bool has_end_key = false;
constinit uintptr_t main_stack_high = 0;

// States of threads that ended.  Taken only as a whole: see Cells.
constinit std::atomic<ThreadState*> free_states{nullptr};

pid_t OwnThreadId() { return static_cast<pid_t>(syscall(SYS_gettid)); }

void PutFree(ThreadState* first, ThreadState* last) {
  ThreadState* head = free_states.load(std::memory_order_relaxed);
  do {
    last->next_free = head;
  } while (!free_states.compare_exchange_weak(head, first, std::memory_order_release,
                                              std::memory_order_relaxed));
}

ThreadState* TakeFree() {
  ThreadState* first = free_states.exchange(nullptr, std::memory_order_acquire);
  if (first == nullptr) return nullptr;
  if (ThreadState* rest = first->next_free; rest != nullptr) {
    ThreadState* last = rest;
    while (last->next_free != nullptr) last = last->next_free;
    PutFree(rest, last);
  }
  return first;
}

// Zeroed pages are a state with nothing in it, and are touched where it is used.
ThreadState* NewState() {
  if (ThreadState* state = TakeFree(); state != nullptr) return state;
  return static_cast<ThreadState*>(MapPages(sizeof(ThreadState), Pages::kReserve));
}

// `high`: glibc puts the thread descriptor, which pthread_self() is, at the top
// of a thread's stack; the main thread's is where the loader found it.
void NoteStack(size_t size, uintptr_t high) {
  thread_slot.stack_low = size < high ? high - size : 0;
  // A signal handler that comes between finds the bounds unknown.
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  thread_slot.stack_high = high;
}

// The name that the program gave to the thread, unless it is merely the process's.
void NameThread(bool is_main, char (&name)[17]) {
  if (is_main) {
    strcpy(name, "main");
    return;
  }
  prctl(PR_GET_NAME, name);
  name[16] = '\0';
  if (strcmp(name, session().process_name()) == 0) strcpy(name, "thread");
}

// Returns whether the engine had memory for the thread.
bool Prepare(ThreadState& state) {
  state.tid = OwnThreadId();
  state.holds_from_before_fork = false;
  state.phase = 0;
  state.announcement = {};
  const bool is_main = state.tid == session().pid();
  NoteOwnStack();
  char name[17] = {};
  NameThread(is_main, name);
  state.context = session().engine().CreateThread(name);
  if (state.context == nullptr) return false;
  state.steps.EnterContext(state.context->context);
  session().validator().LockGraph();
  EnterSegment(state, thread_order.Begin(state.context->id, thread_slot.life));
  session().validator().UnlockGraph();
  return true;
}

void Seat(ThreadState* state) {
  thread_slot.steps = state->steps.table();
  thread_slot.tid = state->tid;
  thread_slot.state = state;
}

void SetRound(uintptr_t round) {
  if (has_end_key) pthread_setspecific(end_key, reinterpret_cast<void*>(round));
}

// One that libc made on its own behalf is seen when it meets its first hook.
void NoteUnseenThread() {
  if (!has_end_key || pthread_getspecific(end_key) != nullptr) return;
  NoteThreadCreated(1);
  SetRound(1);
}

// Runs in each round of destructors that the thread has; acts in the last, when none of the
// program is left.
void OnThreadEnd(void* value) {
  const auto round = reinterpret_cast<uintptr_t>(value);
  if (round < PTHREAD_DESTRUCTOR_ITERATIONS) return SetRound(round + 1);
  NoteOwnEnd();
  if (OwnThreadId() == getpid()) NoteMainEnd();
  const StandInFrame frame;
  HookScope scope(frame.caller());
  scope.EndThread();
}

}  // namespace

void PrepareForThreads() {
  const auto* stack_end = static_cast<void* const*>(dlsym(RTLD_DEFAULT, "__libc_stack_end"));
  if (stack_end != nullptr) main_stack_high = reinterpret_cast<uintptr_t>(*stack_end);
  if (pthread_key_create(&end_key, OnThreadEnd) != 0) return;
  has_end_key = end_key < kKeysWithoutAllocation;
  if (!has_end_key) pthread_key_delete(end_key);
  SetRound(1);
}

size_t DefaultStackSize() {
  constexpr size_t kWithoutLimit = size_t{2} << 20;
  rlimit limit;
  const int saved_errno = errno;
  const bool known = getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  errno = saved_errno;
  return known ? limit.rlim_cur : kWithoutLimit;
}

void NoteOwnStack() {
  if (thread_slot.stack_high != 0) return;
  const bool is_main = OwnThreadId() == getpid();
  NoteStack(DefaultStackSize(), is_main ? main_stack_high : static_cast<uintptr_t>(pthread_self()));
}

ThreadState* AttachThread() {
  ThreadState* before_fork = thread_slot.state_before_fork;
  if (session().is_forked()) {
    session().ResumeAfterFork(before_fork == nullptr ? nullptr : before_fork->context);
  }
  if (ThreadState* state = before_fork; state != nullptr) {
    thread_slot.state_before_fork = nullptr;
    Seat(state);
    return state;
  }
  const int saved_errno = errno;
  ThreadState* state = NewState();
  if (state != nullptr && !Prepare(*state)) {
    PutFree(state, state);
    state = nullptr;
  }
  if (state != nullptr) Seat(state);
  NoteUnseenThread();
  errno = saved_errno;
  return state;
}

void DetachThread(ThreadState* state) {
  thread_slot.state = nullptr;
  thread_slot.has_ended = true;
  session().validator().LockGraph();
  thread_order.End(state->segment, state->taken.Release(), AnnouncedLock(*state));
  session().validator().UnlockGraph();
  EndTiming(*state);
  session().engine().DestroyThread(state->context);
  state->context = nullptr;
  PutFree(state, state);
}

void* RunThread(void* thread_start) {
  const ThreadStart start = *static_cast<ThreadStart*>(thread_start);
  Cells::GiveBack(thread_start);
  if (start.life != nullptr) {
    thread_slot.life = start.life;
    session().validator().LockGraph();
    thread_order.Name(start.life, pthread_self());
    session().validator().UnlockGraph();
  }
  NoteStack(start.stack_size, static_cast<uintptr_t>(pthread_self()));
  SetRound(1);
  return start.function(start.argument);
}

ThreadContext* RenewThreadAfterFork() {
  free_states.store(nullptr, std::memory_order_relaxed);  // Their contexts are in other hands now.
  // A child that forks before it has met a hook has it where its own parent left it.
  ThreadState* state =
      thread_slot.state != nullptr ? thread_slot.state : thread_slot.state_before_fork;
  if (state == nullptr) return nullptr;
  state->tid = OwnThreadId();
  state->times = nullptr;
  state->holds_from_before_fork = state->context->held.depth() != 0;
  thread_slot.state_before_fork = state;
  thread_slot.state = nullptr;
  thread_slot.gate = kNoGate;
  return state->context;
}

}  // namespace lockdep::hooks
