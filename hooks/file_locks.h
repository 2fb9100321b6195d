// Locks of files, by file and not by descriptor: flock, lockf and fcntl that wait.
//
// A file lock has no unlock that must be called: it goes with its descriptor.  So
// the locks taken through each descriptor are kept here until it is closed.
//
// Limits: a descriptor above 65535, or one that dup2 or close_range closes, keeps
// its lock for us until it is used for another one.
// Thread safety: any thread.

#ifndef LOCKDEP_HOOKS_FILE_LOCKS_H_
#define LOCKDEP_HOOKS_FILE_LOCKS_H_

#include "hooks/wait_scope.h"

namespace lockdep::hooks {

// Before a call that may wait for the lock of the file behind `fd`; what it gives
// is for AfterFileLock.  Null if the thread has it already, or `fd` is no file.
Resource* BeforeFileLock(WaitScope& scope, int fd, ReadMode mode);
void AfterFileLock(WaitScope& scope, Resource* announced, int fd, bool is_held);

// The lock goes, or its descriptor is about to.
void BeforeFileUnlock(const Caller& caller, int fd);

// Relaxed: a close that comes at the same time as the lock is the program's error.
extern constinit std::atomic<uint32_t> file_locks_held;
inline void BeforeClose(const Caller& caller, int fd) {
  if (file_locks_held.load(std::memory_order_relaxed) != 0) BeforeFileUnlock(caller, fd);
}

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_FILE_LOCKS_H_
