// The usage line of a command's help, in its own words.

#ifndef LOCKDEP_CLI_USAGE_H_
#define LOCKDEP_CLI_USAGE_H_

#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lockdep::cli {

// `usage` is what follows "Usage: ".
void SetUsage(CLI::App& app, const std::string& usage);

// Makes `option` take the name of a file, which an unset variable in a script is not.
CLI::Option* TakesFile(CLI::Option* option);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_USAGE_H_
