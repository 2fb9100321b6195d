// Whether output goes to a person who can see colours.

#ifndef LOCKDEP_CLI_TERMINAL_H_
#define LOCKDEP_CLI_TERMINAL_H_

namespace lockdep::cli {

// True for a terminal that is not TERM=dumb, unless NO_COLOR is set to anything
// but nothing (no-color.org).
bool WantsColor(int fd);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_TERMINAL_H_
