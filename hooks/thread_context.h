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

#include "hooks/cells.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

struct ThreadState {
  ThreadContext* context = nullptr;
  Cells cells;
  pid_t tid = 0;
  uint8_t destructor_rounds = 0;
  // In a child until everything held at the fork is gone: initialising such a
  // lock anew is how atfork handlers release it.
  bool holds_from_before_fork = false;
  ThreadState* next_free = nullptr;
};

// Stands in the frame of a function of ours while a hook of the thread is open.
// A signal handler that jumps out of a hook leaves the gate open behind it;
// the frames of what is called next then overwrite the mark.
class GateMark {
 public:
  GateMark() : word_(Expected()) {}
  GateMark(const GateMark&) = delete;
  GateMark& operator=(const GateMark&) = delete;

  bool is_intact() const { return word_ == Expected(); }

 private:
  uintptr_t Expected() const { return reinterpret_cast<uintptr_t>(this) ^ 0x6c6f636b64657021u; }

  volatile uintptr_t word_;
};

// Plain data in initial-exec storage: reading it can neither allocate nor lock.
struct ThreadSlot {
  ThreadState* state;              // Null before the first hook and after the end.
  ThreadState* state_before_fork;  // In a child that has met no hook yet.
  const GateMark* entered;         // Null while no hook is open.
  uintptr_t stack_low;             // Bounds of the stack; both 0 while they are unknown.
  uintptr_t stack_high;
  bool has_ended;
  bool work_is_due;  // Set by the observer inside a hook, looked at when it is left.
};

extern constinit thread_local ThreadSlot thread_slot;

// Reserves what a thread's end needs.  Called once.
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
};
void* RunThread(void* thread_start);

// The default size of a thread's stack, as glibc chooses it.
size_t DefaultStackSize();

// In the child of a fork, by the only thread that is left.  Returns its engine
// context, or null if it never met a hook.
ThreadContext* RenewThreadAfterFork();

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_THREAD_CONTEXT_H_
