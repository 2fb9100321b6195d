// How long locks are waited for and held: counted if the option lock_stat asks for it.
//
// The hot path never takes part.  While locks are timed no step becomes a known one,
// and open gates are marked, so that a release does not take the short way either.
//
// A wait counts where a mutex or rwlock was found taken; one with a time limit, and
// the way back into a condition's mutex, do not.
//
// Units: nanoseconds of CLOCK_MONOTONIC.
// Thread safety: each thread times its own; what is counted is summed up by any.

#ifndef LOCKDEP_HOOKS_TIMING_H_
#define LOCKDEP_HOOKS_TIMING_H_

#include <cstdint>

#include "hooks/caller.h"
#include "hooks/thread_context.h"
#include "lockdep/lock_stat.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// Locks are timed from now on.  Called before the first event.
void StartTiming();
inline bool IsTiming() { return (gate_mark & kTimedGate) != 0; }

// What was counted.
LockStat& Times();
// In the child of a fork: what its parent counted is the parent's.
void ForgetTimes();

// All of these do nothing while locks are not timed.  The first is for the lock that
// the engine was told of last.
void TimeAcquired(ThreadState& thread, const LockMap& lock);
void TimeReleased(ThreadState& thread, const LockMap& lock);
// It was announced, and not got.
void TimeCancelled(ThreadState& thread, const LockMap& lock);
// The calling thread has to wait for what it announced; it has it.
void TimeWait(const void* lock, const Caller& caller);
void TimeGot(const void* lock);
void EndTiming(ThreadState& thread);

// Whether what was counted should be written again: about once a second, and so that
// writing takes no more than a hundredth of the time.
bool TimesAreDue();
void NoteTimesWritten(uint64_t began);
uint64_t TimeNow();

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_TIMING_H_
