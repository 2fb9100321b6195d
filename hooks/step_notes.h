// Tells the grading of each step that a thread takes: which locks it held when it waited
// for another one, in which of its segments (thread_order.h), behind which gates.
//
// A step is told once for each thread, segment and chain of held classes, which it is a
// function of; so the hot path, which needs a step that was taken before, tells nothing.
//
// Thread safety: for the calling thread, behind the gate.

#ifndef LOCKDEP_HOOKS_STEP_NOTES_H_
#define LOCKDEP_HOOKS_STEP_NOTES_H_

#include "hooks/occurrences.h"
#include "hooks/thread_context.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// The thread is about to wait for `next`.  Returns whether the same step need not be
// told again.
bool NoteSteps(ThreadState& thread, const LockMap& next, ReadMode mode);

// One of these steps, from the lock at this index of what it holds.
Occurrence DescribeStep(const ThreadState& thread, uint32_t index, ReadMode next_mode);

// What NoteSteps compares a lock with that was just initialised: nobody else can know it
// while its thread has done nothing but take locks upon it.
uint64_t BirthOf(const ThreadState& thread);

// The thread goes on in another segment: all is to be told anew.
void EnterSegment(ThreadState& thread, const Segment* segment);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_STEP_NOTES_H_
