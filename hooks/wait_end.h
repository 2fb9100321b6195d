// Whether a wait that was published can still end, by anybody.
//
// Thread safety: everything here may be called by any thread.

#ifndef LOCKDEP_HOOKS_WAIT_END_H_
#define LOCKDEP_HOOKS_WAIT_END_H_

#include <atomic>
#include <cstdint>
#include <span>

#include "hooks/waiter.h"

namespace lockdep::hooks {

// Counts the signals of a condition; several conditions may share a counter.
std::atomic<uint32_t>& SignalsOf(const void* condition);

// What a wait that begins now compares with: the signals of the condition, the rounds of the
// barrier.
uint32_t EndsBefore(WaitKind kind, const void* object);

// Whether nothing that a thread of ours did so far ends this wait.
bool IsStuck(const Waiter& waiter);

// Whether somebody may end the waits of these, the `alive` threads that we know: a
// thread that nobody saw begin, or a signal handler, which may post a semaphore.
// Costs system calls; ask it last.
bool CanEndFromOutside(std::span<Waiter* const> waiters, int alive);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_WAIT_END_H_
