// The usage line of a command's help, in its own words.

#ifndef LOCKDEP_CLI_USAGE_H_
#define LOCKDEP_CLI_USAGE_H_

#include <string>

namespace CLI {
class App;
}

namespace lockdep::cli {

// `usage` is what follows "Usage: ".
void SetUsage(CLI::App& app, const std::string& usage);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_USAGE_H_
