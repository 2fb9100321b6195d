// Completion scripts for shells.

#ifndef LOCKDEP_CLI_COMPLETION_H_
#define LOCKDEP_CLI_COMPLETION_H_

#include <string>

#include "lockdep/cli/command_tree.h"

namespace lockdep::cli {

// Each is a script that the shell sources.  After `lockdep run --` a shell
// offers programs and files.
std::string BashCompletion(const CommandNode& tool);
std::string ZshCompletion(const CommandNode& tool);
std::string FishCompletion(const CommandNode& tool);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_COMPLETION_H_
