// The report at the end of a process that was not started by `lockdep run`: the
// lockdep command makes it from the recording, in a process of its own.
//
// The program does not notice: the command runs without our library, its end
// raises no SIGCHLD and is not what a wait of the program returns, and standard
// output stays the program's.
//
// Thread safety: used once, by the thread that ends the process.

#ifndef LOCKDEP_HOOKS_EXIT_REPORT_H_
#define LOCKDEP_HOOKS_EXIT_REPORT_H_

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "hooks/raw_sink.h"
#include "lockdep/options.h"

namespace lockdep::hooks {

struct ExitReport {
  const Options& options;
  const char* tool;  // Empty if there is none.
  const char* recording;
  pid_t pid;
  uint64_t findings;
  bool has_failed;
};

struct ExitVerdict {
  bool all_made = false;
  bool has_failed = false;  // Whether a finding that counts reaches the option fail_on.
};

// Whether the lockdep command says what counts: with the options `suppressions` and
// `order`.  Else `has_failed` comes back as it was given.
bool IsJudgedByTool(const Options& options);

// Makes what the options ask for: the file `report`, and the text on `log_path`
// or, if nothing was asked for, on standard error.  Says on standard error what was
// not made, and where the recording is.
ExitVerdict MakeExitReports(const ExitReport& report);

// The lockdep command: the option `tool`, or what was built or installed with
// the library at `library_path`; empty if there is none.
void FindTool(const Options& options, std::string_view library_path, PathText* tool);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_EXIT_REPORT_H_
