// Locks that a thread left locked when it ended: nobody is there any more who is to release
// them, so whoever waits for one waits for ever.
//
// Noted at the end of a thread, the last 256 of the process.  Whether one is still as it was
// left is asked of the lock itself.  What others may release, a robust mutex (the kernel) or
// one between processes, is never found here.
//
// Thread safety: everything may be called by any thread.

#ifndef LOCKDEP_HOOKS_LEFT_LOCKS_H_
#define LOCKDEP_HOOKS_LEFT_LOCKS_H_

#include <sys/types.h>

#include <cstdint>

#include "hooks/thread_context.h"
#include "hooks/waiter.h"

namespace lockdep::hooks {

struct LockRecord;

struct LeftLock {
  const void* address = nullptr;
  uint64_t number = 0;  // LockRecord::number; 0: it is none of the lock table.
  ReadMode mode = ReadMode::kWrite;
  pid_t tid = 0;  // Of the thread that took it and has ended.
  ThreadId thread = ThreadId::kNone;
  char name[17] = {};
  CallSite taken_at;
  uint64_t left_at = 0;  // In nanoseconds of CLOCK_MONOTONIC.

  // Programs end with locks left so, whose waiters go with the process a moment later.
  bool IsLeftForGood() const;
};

// Of a thread that is about to be gone.
void NoteLeftLocks(const ThreadState& state);

// What `waiter` waits for, if that was left locked and still is.
bool FindLeftLock(const Waiter& waiter, LeftLock* left);

// It is told once, whoever waits for it.  Returns whether that was not done yet.
bool TellLeftLockOnce(const LeftLock& left);

// Somebody who did not hold it released it, so it may be nobody's.
void ForgetLeftLock(const LockRecord& lock);
bool AreLocksLeft();

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_LEFT_LOCKS_H_
