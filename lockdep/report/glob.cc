#include "lockdep/report/glob.h"

namespace lockdep::report {

// After a '*' only the last one needs to be tried again: whatever an earlier one
// could take, the last can take as well.
bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t at = 0, star = pattern.npos, retry = 0;
  for (size_t i = 0; i < text.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      retry = i;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[i])) {
      ++at;
      ++i;
    } else if (star != pattern.npos) {
      at = star + 1;
      i = ++retry;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

}  // namespace lockdep::report
