// Manual pages.

#ifndef LOCKDEP_CLI_MAN_PAGE_H_
#define LOCKDEP_CLI_MAN_PAGE_H_

#include <string>

#include "lockdep/cli/command_tree.h"

namespace lockdep::cli {

// "lockdep-order-show.1".
std::string ManPageName(const CommandNode& command);

// In the language of man(7).  The footer's headings ("Exit codes:") become
// sections, and what is indented stays as it is.
std::string ManPage(const CommandNode& command, const CommandNode& tool);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_MAN_PAGE_H_
