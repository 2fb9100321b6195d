#include "lockdep/cli/command.h"

#include <cstdio>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lockdep/report/utf8.h"

namespace lockdep::cli {

// Registrations run before main in any order, hence the function-local objects;
// they are never destroyed, for the same reason at the other end.
std::vector<RegisteredCommand>& CommandRegistry() {
  static auto& registry = *new std::vector<RegisteredCommand>();
  return registry;
}

std::vector<std::string>& ArgumentsAfterDashes() {
  static auto& arguments = *new std::vector<std::string>();
  return arguments;
}

void Say(absl::string_view message) {
  const std::string line = absl::StrCat(
      "lockdep: ", report::Inert(std::string_view(message.data(), message.size())), "\n");
  // One write, so that lines of several processes do not mix.
  std::fwrite(line.data(), 1, line.size(), stderr);
}

int UsageError(const std::string& message) {
  Say(message);
  return kExitUsage;
}

}  // namespace lockdep::cli
