// A stack that is large enough for the tool, whatever the limit of the shell is.
// Readers of debug information put hundreds of kilobytes on it.

#ifndef LOCKDEP_CLI_OWN_STACK_H_
#define LOCKDEP_CLI_OWN_STACK_H_

#include <functional>

namespace lockdep::cli {

// Runs `function` to its end and returns what it returns: here if the stack's limit
// is large enough, else on a thread with a stack of its own.  Exceptions must not
// leave it.
int RunOnLargeStack(const std::function<int()>& function);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_OWN_STACK_H_
