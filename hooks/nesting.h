// Locks of one class, one upon the other: the engine leaves their order to us, and
// we ask the instance order.
//
// Thread safety: for the calling thread, behind the gate.

#ifndef LOCKDEP_HOOKS_NESTING_H_
#define LOCKDEP_HOOKS_NESTING_H_

#include "hooks/thread_context.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// Whether the thread waits for a lock while it holds another one of its class in a
// way that could block it.  False if it holds the lock itself: that is recursion.
bool IsNestedInClass(const ThreadContext& context, const Acquisition& acquisition);

// Compares what the thread took last with what it holds of the same class.
void CheckNestings(ThreadState& thread);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_NESTING_H_
