// How a lock came to be, as far as that tells which class it is of.
//
// The engine proves rules for classes; here they are inferred.  Locks are of one
// class if they were made in the same way:
//   - initialised by a call that was reached over the same calls (so the turns of
//     a loop, or the requests of a server, make locks of one class), or
//   - initialised at the same place of a function that also allocated the object
//     around them, all of one size, at the same distance from its start (a constructor), or
//   - never initialised by a call (std::mutex), but at the same distance from the
//     start of objects that one place allocated, all of one size.
// A static lock, a bare lock in an array of a few dozen locks and nothing else, and a lock
// of which nothing is known are classes of their own.
//
// Thread safety: for the thread that initialises or first takes the lock.

#ifndef LOCKDEP_HOOKS_CREATION_H_
#define LOCKDEP_HOOKS_CREATION_H_

#include <cstdint>

#include "hooks/caller.h"
#include "hooks/lock_reference.h"
#include "lockdep/lockdep.h"
#include "lockdep/options.h"

namespace lockdep::hooks {

struct Creation {
  // For a name: what happened at `site`, or, of a lock in an object, where that was allocated and
  // how far into it the lock is.
  ClassOrigin origin = ClassOrigin::kFirstUse;
  uintptr_t site = 0;
  bool is_in_object = false;
  size_t offset = 0;
  // What locks of one class have in common, each sufficient; 0 if there is none.
  uint64_t by_path = 0;
  uint64_t by_object = 0;
  // The calls over which an initialisation was reached; 0 if it was not initialised.
  uint64_t path = 0;
  // What locks have in common here may be no more than a helper that made them.
  bool is_loose = false;
};

// The calls that led to `caller`, hashed; never 0.
uint64_t HashCalls(const Caller& caller);

// REQUIRES: the lock is not static.
Creation DescribeInit(const LockReference& lock, const Caller& caller, ClassBy class_by);
Creation DescribeFirstUse(const LockReference& lock, const Caller& caller, ClassBy class_by);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_CREATION_H_
