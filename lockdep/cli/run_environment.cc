#include "lockdep/cli/run_environment.h"

#include <unistd.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lockdep/cli/preload.h"

namespace lockdep::cli {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// A program with gcc's AddressSanitizer refuses to start behind another library
// unless it is told that this one is known.  What the user says still wins.
std::string AsanOptions(const std::string& existing) {
  const std::string ours = "verify_asan_link_order=0";
  return existing.empty() ? ours : absl::StrCat(ours, ":", existing);
}

}  // namespace

std::vector<std::string> RunEnvironment(const std::string& library, const std::string& options) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (absl::StartsWith(*variable, "LD_PRELOAD=")) continue;
    if (absl::StartsWith(*variable, "LOCKDEP_OPTIONS=")) continue;
    if (absl::StartsWith(*variable, "ASAN_OPTIONS=")) continue;
    variables.emplace_back(*variable);
  }
  variables.push_back("LD_PRELOAD=" + PreloadList(Variable("LD_PRELOAD"), library));
  variables.push_back("LOCKDEP_OPTIONS=" + options);
  variables.push_back("ASAN_OPTIONS=" + AsanOptions(Variable("ASAN_OPTIONS")));
  return variables;
}

}  // namespace lockdep::cli
