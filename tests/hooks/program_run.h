// Runs one of the little programs with the preload library and without it.

#ifndef LOCKDEP_TESTS_HOOKS_PROGRAM_RUN_H_
#define LOCKDEP_TESTS_HOOKS_PROGRAM_RUN_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "lockdep/record/recording.h"
#include "lockdep/violation.h"

namespace lockdep::hooks {

struct ProgramRun {
  pid_t pid = 0;
  int exit_code = 0;  // 128 + N if signal N ended it.
  std::string output;
  std::string errors;
};

using Arguments = std::vector<std::string>;
using Environment = std::vector<std::string>;  // "NAME=value", added to ours.

// `arguments[0]` is the name of a program of this folder, or an absolute path.
ProgramRun RunProgram(const Arguments& arguments, const Environment& environment = {});

// Absolute path of a program of this folder.
std::string ProgramPath(const std::string& name);

// LD_PRELOAD of the library under test.
std::string PreloadVariable();

// A new empty directory, removed with everything in it at the end of its life.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::vector<std::string> Files() const;

 private:
  std::string path_;
};

struct HookedRun : ProgramRun {
  // One for each process; that of the program itself first.
  std::vector<record::Recording> recordings;
};

// Runs it with the library, each process recorded in a file of its own.  `options`
// are more LOCKDEP_OPTIONS.
HookedRun RunHooked(const Arguments& arguments, const std::string& options = "");

// "lock-order-inversion" and so on, in the order of detection.
std::vector<std::string> KindsOf(const record::Recording& recording);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_TESTS_HOOKS_PROGRAM_RUN_H_
