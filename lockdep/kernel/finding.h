// What becomes of a finding.  Without a word from the program: one line on
// standard error.
//
// The whole of it (both sides' stacks, the chain of dependencies, what to do) is
// in a recording, which `lockdep report` renders.

#ifndef LOCKDEP_KERNEL_FINDING_H_
#define LOCKDEP_KERNEL_FINDING_H_

#ifdef __cplusplus
extern "C" {
#endif

// Lives until the function that was given it returns.
struct lockdep_finding {
  const char* kind;     // "lock-order-inversion" and so on; docs/design.md lists them.
  const char* level;    // "confirmed", "feasible" or "note".
  const char* lock;     // The class of the lock that it is about; NULL if about none.
  const char* rule;     // What was broken, where the kind does not say it; or NULL.
  const char* message;  // The line for standard error.
  unsigned int thread;
};

// Has `hear` called for each finding from now on, in the thread that made it;
// null for nobody.  Inside it all signals are blocked, and what this thread says to
// this interface is ignored, but for another lockdep_on_finding().  It may fork, and
// end the process; otherwise it returns.  It must not wait for a lock that a thread
// may hold while it takes another: whoever meets something new waits meanwhile.
void lockdep_on_finding(void (*hear)(const struct lockdep_finding* finding, void* data),
                        void* data);

// Writes all that is known, and all that will be, to a new file; `lockdep report
// PATH` reads it.  Returns 0 or an errno (EEXIST: never overwrites; EINVAL: no path;
// EDEADLK: called where a finding is heard).  Replaces a recording that is under
// way.  The environment variable LOCKDEP_KERNEL_RECORD names such a file for a
// program that does not call this; %p in it is the process id.  A child of fork
// records only if it says so itself.
int lockdep_record(const char* path);

// Classes, dependencies and findings are in a recording at once, the rest at the end.  After
// this it holds all that is known now, for who looks at it while the program runs
// (`lockdep view`).  Nothing happens where no recording is under way.
void lockdep_record_update(void);

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_FINDING_H_
