#include "lockdep/cli/command.h"

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

int UsageError(const std::string& message) {
  SayError(message);
  return kExitUsage;
}

}  // namespace lockdep::cli
