// When the hooks are at work.
//
//   kEarly     -> kResolving  the first hook, or our constructor, in any order
//   kResolving -> kActive     everything is ready
//   kResolving -> kDisabled   setuid program, or no memory
//   kActive    -> kDisabled   memory ended
//
// There is no way back and no end: locks are taken after the last exit handler
// too, so nothing is ever torn down.  While one thread starts us, the hooks of
// all others, and its own nested ones, pass straight through.
//
// Forks are bracketed by handlers that are registered before any other (the
// registration itself is interposed), so that ours run last before the fork
// and first after it, and everybody else's handlers find the hooks at work.
//
// Thread safety: one atomic; any thread.

#ifndef LOCKDEP_HOOKS_LIFECYCLE_H_
#define LOCKDEP_HOOKS_LIFECYCLE_H_

#include <cstdint>

namespace lockdep::hooks {

enum class Stage : uint8_t { kEarly, kResolving, kActive, kDisabled };

Stage CurrentStage();

// Starts the hooks if that has not been tried; returns whether they are active.
// REQUIRES: the calling thread is inside a HookScope.
bool EnsureActive();

// The same for who has no HookScope.
void StartIfEarly();

// The process ends with `status` now.  Returns the status to end with.
int FinishProcess(int status);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_LIFECYCLE_H_
