// The program to run, checked before it starts: a preloaded library is ignored
// in silence by static and set-user-ID programs, and a silent run would look
// like a clean one.

#ifndef LOCKDEP_CLI_PROGRAM_H_
#define LOCKDEP_CLI_PROGRAM_H_

#include <string>

#include "absl/status/statusor.h"
#include "lockdep/cli/elf_file.h"

namespace lockdep::cli {

struct Program {
  std::string path;        // What execve gets.
  std::string executable;  // The ELF file that the kernel will start: of a script, its interpreter.
  ElfFile elf;             // Of `executable`; empty if it may be run but not read.
};

// Looks `name` up as execvp does.  NotFound: there is none.  PermissionDenied:
// it cannot be executed.  Messages are complete sentences for the user.
absl::StatusOr<std::string> FindOnPath(const std::string& name);

// Finds `name` and checks that a library built like `library` can be preloaded
// into it.  FailedPrecondition: it cannot, and why.
absl::StatusOr<Program> FindProgram(const std::string& name, const ElfFile& library);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_PROGRAM_H_
