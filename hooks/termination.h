// A report for who is told to end: test runners send SIGTERM to what takes too long.
//
// Asked for by an option, since the program can see that its signal has a handler.

#ifndef LOCKDEP_HOOKS_TERMINATION_H_
#define LOCKDEP_HOOKS_TERMINATION_H_

namespace lockdep::hooks {

// From now on SIGTERM, as long as the program does not handle it itself, completes the
// recording and has the report made before it ends the program, as it would have.
void ReportOnTermination();

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_TERMINATION_H_
