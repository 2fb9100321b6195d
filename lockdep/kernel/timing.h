// Where lock operations of the kernel's interface are timed, if lock_stat is on.
//
// Thread safety: as for LockStat; each thread has a table of its own, made when it
// first times a lock.

#ifndef LOCKDEP_KERNEL_TIMING_H_
#define LOCKDEP_KERNEL_TIMING_H_

#include "lockdep/acquisition.h"
#include "lockdep/kernel/lock_stat.h"
#include "lockdep/lock_stat.h"
#include "lockdep/thread_context.h"

namespace lockdep::kernel {

// What was counted; live as long as the process.
LockStat& Times();

inline bool IsTiming() { return __atomic_load_n(&lock_stat, __ATOMIC_RELAXED) != 0; }

// Switches lock_stat on if LOCKDEP_KERNEL_LOCK_STAT says so.
void TimeAsAsked();

// The thread announced this acquisition to the validator.
void TimeAcquired(const ThreadContext& thread, const Acquisition& acquisition);
// It is about to release; nothing happens if it was not timed.
void TimeReleased(const LockMap& lock);
// The validator may have dropped locks that the thread holds: they are not timed on.
void TimeDropped(const ThreadContext& thread);
// The thread ends; what it counted stays.
void EndTiming();
// In the child of a fork: what was counted is its parent's.
void ForgetTimes();

}  // namespace lockdep::kernel

#endif  // LOCKDEP_KERNEL_TIMING_H_
