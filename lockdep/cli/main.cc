#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "lockdep/cli/command.h"
#include "lockdep/cli/own_stack.h"
#include "lockdep/cli/tool.h"

namespace {

using lockdep::cli::kExitOk;
using lockdep::cli::UsageError;

// What could not be written was not delivered, whatever was found out.
int CompleteOutput(int exit_code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  const int usage_error =
      UsageError("standard output cannot be written; make room, or send it elsewhere");
  return exit_code == kExitOk ? usage_error : exit_code;
}

int Run(const std::vector<std::string>& arguments) {
  try {
    return CompleteOutput(lockdep::cli::RunTool(arguments));
  } catch (const std::exception& error) {
    return UsageError(std::string("gave up: ") + error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return lockdep::cli::RunOnLargeStack([&arguments] { return Run(arguments); });
}
