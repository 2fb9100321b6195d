// The day on which a command runs.

#ifndef LOCKDEP_CLI_TODAY_H_
#define LOCKDEP_CLI_TODAY_H_

#include <string>

namespace lockdep::cli {

// "YYYY-MM-DD" in UTC, so that a date means the same on every machine.
std::string Today();

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_TODAY_H_
