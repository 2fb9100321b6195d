// Runs one program to its end, as a shell would: same process group, same
// terminal, signals passed on.
//
// Thread safety: call it from a process with one thread; it blocks signals of
// the whole process while the child runs and unblocks them before it returns.

#ifndef LOCKDEP_CLI_CHILD_PROCESS_H_
#define LOCKDEP_CLI_CHILD_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace lockdep::cli {

struct ChildResult {
  pid_t pid = 0;
  int exit_code = 0;  // 128 + N if signal N killed it.
};

// Starts `path` with `arguments` (the first is its own name) and `environment`
// ("NAME=value") and waits.  SIGINT, SIGTERM, SIGHUP and SIGQUIT that someone
// sends to this process go on to the child; those of the terminal reach it anyway.
// NotFound, PermissionDenied or Internal if it cannot be started.
absl::StatusOr<ChildResult> RunChild(const std::string& path,
                                     const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& environment);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_CHILD_PROCESS_H_
