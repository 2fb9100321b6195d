#include "lockdep/cli/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace lockdep::cli {

bool WantsColor(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return isatty(fd) == 1 && (no_color == nullptr || no_color[0] == '\0') && term != nullptr &&
         std::string_view(term) != "dumb";
}

}  // namespace lockdep::cli
