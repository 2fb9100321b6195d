// A command of the `lockdep` tool.  Commands register themselves, so that the
// tool needs not know who brings them: `lockdep mm` comes from mm_model/.

#ifndef LOCKDEP_CLI_COMMAND_H_
#define LOCKDEP_CLI_COMMAND_H_

#include <string>
#include <vector>

#include "lockdep/cli/log.h"

namespace CLI {
class App;
}

namespace lockdep::cli {

// Exit codes of the tool; `run` passes the program's own through.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFindings = 1;
inline constexpr int kExitUsage = 2;  // Also bad input.
inline constexpr int kExitNothingObserved = 3;
inline constexpr int kExitNotExecutable = 126;
inline constexpr int kExitNotFound = 127;

class Command {
 public:
  virtual ~Command() = default;

  // Describes options and subcommands on the tool's parser.  Called once, before parsing.
  virtual void Configure(CLI::App& tool) = 0;

  // Returns whether this command was the one parsed.
  virtual bool selected() const = 0;

  // Runs it; returns the exit code.
  virtual int Run() = 0;

  // Whether "--" and what follows it belong to this command; see ArgumentsAfterDashes.
  virtual bool TakesArgumentsAfterDashes() const { return false; }
};

// Commands in the order of their rank (lower is listed first in --help).
struct RegisteredCommand {
  int rank;
  Command* command;
};
std::vector<RegisteredCommand>& CommandRegistry();

// Defined at namespace scope in a command's .cc file.
template <typename T>
class CommandRegistration {
 public:
  explicit CommandRegistration(int rank) { CommandRegistry().push_back({rank, &command_}); }

 private:
  T command_;
};

// What stood after the first "--" of the command line.  The parser never sees
// it, so that another program's arguments arrive byte for byte.
std::vector<std::string>& ArgumentsAfterDashes();

// Says that it failed because of `message`; returns kExitUsage.
int UsageError(const std::string& message);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_COMMAND_H_
