// The environment that a watched program starts with.

#ifndef LOCKDEP_CLI_RUN_ENVIRONMENT_H_
#define LOCKDEP_CLI_RUN_ENVIRONMENT_H_

#include <string>
#include <vector>

namespace lockdep::cli {

// This process's environment, with `library` preloaded, LOCKDEP_OPTIONS set, and
// AddressSanitizer told not to mind.
std::vector<std::string> RunEnvironment(const std::string& library, const std::string& options);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_RUN_ENVIRONMENT_H_
