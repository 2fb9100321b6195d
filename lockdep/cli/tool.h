// The `lockdep` tool as a function: finds the command among the registered
// ones, parses, runs it.  Every complaint about the command line is one line
// on stderr and exit code 2.

#ifndef LOCKDEP_CLI_TOOL_H_
#define LOCKDEP_CLI_TOOL_H_

#include <string>
#include <vector>

namespace lockdep::cli {

// `arguments` are those of main without the program's name.
int RunTool(std::vector<std::string> arguments);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_TOOL_H_
