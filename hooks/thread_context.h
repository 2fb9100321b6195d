// What the hooks keep for each thread: its engine context, its cells, its
// stack bounds.  Made when a thread first meets a hook, released when it ends.
//
// A thread ends for us in the last round of its thread-specific data
// destructors, so that those of the program may still take and release locks.
// What it does after that is not seen.
//
// Thread safety: each thread touches only its own state.  The list of all
// states may be walked by anybody; its counters are near enough.

#ifndef LOCKDEP_HOOKS_THREAD_CONTEXT_H_
#define LOCKDEP_HOOKS_THREAD_CONTEXT_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "hooks/caller.h"
#include "hooks/cells.h"
#include "hooks/key_set.h"
#include "hooks/known_steps.h"
#include "hooks/taken_locks.h"
#include "lockdep/lock_stat.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

struct Segment;
struct ThreadLife;

struct ThreadState {
  ThreadContext* context = nullptr;
  Cells cells;
  pid_t tid = 0;
  // In a child until everything held at the fork is gone: initialising such a
  // lock anew is how atfork handlers release it.
  bool holds_from_before_fork = false;
  ThreadState* next_free = nullptr;
  // Where it stands in the order of threads; null when memory ended.
  const Segment* segment = nullptr;
  // Pairs of locks of one class that were compared with the instance order, and steps that
  // the grading knows: both in this segment.
  KeySet known_nestings;
  KeySet known_steps;
  // The locks that it took, in any segment; and those of them that are noted in this one.
  TakenLocks taken;
  KeySet known_taken;
  uint32_t unlocked_seen = 0;  // ResourceTable::unlocked.
  Announcement announcement;
  uint64_t phase = 0;  // The number of its first segment since it passed a barrier.
  LockStat::ThreadTimes* times = nullptr;  // Null before the first lock that is timed.
  KnownSteps steps;
};

// The gate is the thread's engine context while no hook is open, which is even.  Odd, it
// is closed: by nobody's hook before the first and after the end, else by the
// hook whose frame is the rest of the number.
inline constexpr uintptr_t kNoGate = 1;
constexpr bool IsClosed(uintptr_t gate) { return (gate & 1) != 0; }

// Marks of open gates for which the hot path is not taken: locks are timed (timing.h), all
// events are to come by way of the engine (engine.h), or it does not know yet where the
// thread stands (signal_contexts.h).
inline constexpr uintptr_t kTimedGate = 2;
inline constexpr uintptr_t kLoggedGate = 4;
inline constexpr uintptr_t kDueGate = kLoggedGate;  // Where there is a log it changes nothing.
inline constexpr uintptr_t kColdGates = kNoGate | kTimedGate | kLoggedGate;
extern constinit uintptr_t gate_mark;  // Constant after the start.
constexpr bool IsHot(uintptr_t gate) { return (gate & kColdGates) == 0; }
static_assert(alignof(ThreadContext) > kColdGates);
inline uintptr_t GateOf(const ThreadContext* context) {
  return reinterpret_cast<uintptr_t>(context) | gate_mark;
}

// Plain data in initial-exec storage: reading it can neither allocate nor lock.
struct ThreadSlot {
  uintptr_t gate = kNoGate;
  // What the open hook returns to.  A signal handler that jumps out of a hook
  // leaves the gate closed behind it; the frames of what is called next then put
  // something else in the place of that return address.
  uintptr_t gate_pc = 0;
  // Of `state`, for the hot path.
  StepTable steps;
  // That of the newest entry, if the hot path pushed this and neither took anything back nor met
  // another hook since: so the release need not ask the record of the lock.  Else null.
  const void* newest_lock = nullptr;
  pid_t tid = 0;
  bool has_ended = false;
  bool work_is_due = false;      // Set by the observer inside a hook, looked at when it is left.
  ThreadState* state = nullptr;  // Null before the first hook and after the end.
  ThreadState* state_before_fork = nullptr;  // In a child that has met no hook yet.
  uintptr_t stack_low = 0;                   // Bounds of the stack; both 0 while unknown.
  uintptr_t stack_high = 0;
  ThreadLife* life = nullptr;  // Null: its creation was not seen.
  uint32_t signal_epoch = 0;   // As of what the engine knows of its signals.
};

extern constinit thread_local ThreadSlot thread_slot __attribute__((visibility("hidden")));

// Closes the gate behind the hook that `caller` called; whoever closes it opens it.
inline void CloseGate(const Caller& caller) {
  thread_slot.newest_lock = nullptr;
  thread_slot.gate_pc = caller.pc;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);  // To a handler between them it would look abandoned.
  thread_slot.gate = caller.frame | 1;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
inline void OpenGate(uintptr_t gate) {
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  thread_slot.gate = gate;
}

// Stands for the frame of a hook where there is none.
class StandInFrame {
 public:
  StandInFrame() = default;
  StandInFrame(const StandInFrame&) = delete;
  StandInFrame& operator=(const StandInFrame&) = delete;

  Caller caller() const { return {words_[1], reinterpret_cast<uintptr_t>(words_)}; }

 private:
  const volatile uintptr_t words_[2] = {0, 0x6c6f636b646570};
};

// Whether `size` bytes from there are on the calling thread's stack, as far as that is known.
inline bool IsOnOwnStack(uintptr_t address, size_t size = 1) {
  return address >= thread_slot.stack_low && address + size <= thread_slot.stack_high;
}

// Reserves what a thread's end needs; the calling thread is the first one.  Called once.
void PrepareForThreads();

// Notes the bounds of the calling thread's stack, if they are unknown and can be known.
void NoteOwnStack();

// Makes the calling thread's state and notes it in `thread_slot`; returns null
// when memory ended.
ThreadState* AttachThread();

// Gives back what AttachThread made: the thread takes no further part.
void DetachThread(ThreadState* state);

// Runs `function` in a new thread and notes the thread's stack; the start
// routine that a hooked pthread_create gives to the real one.
struct ThreadStart {
  void* (*function)(void*);
  void* argument;
  size_t stack_size;
  ThreadLife* life;
};
void* RunThread(void* thread_start);

// The default size of a thread's stack, as glibc chooses it.
size_t DefaultStackSize();

// In the child of a fork, by the only thread that is left.  Returns its engine
// context, or null if it never met a hook.
ThreadContext* RenewThreadAfterFork();

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_THREAD_CONTEXT_H_
