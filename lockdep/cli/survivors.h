// The processes of a run that outlive the program that was run: daemons, and
// what a shell left in the background.

#ifndef LOCKDEP_CLI_SURVIVORS_H_
#define LOCKDEP_CLI_SURVIVORS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace lockdep::cli {

// Returns those whose recordings go to `directory`, in the order of their ids.  The
// members of a pipeline end a moment after each other, so if there are any, they
// get half a second.
std::vector<pid_t> Survivors(const std::string& directory);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_SURVIVORS_H_
