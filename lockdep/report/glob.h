// Patterns with '*' (any characters, also none) and '?' (one byte), over a whole
// text.  Brackets mean themselves: names of C++ are full of them.

#ifndef LOCKDEP_REPORT_GLOB_H_
#define LOCKDEP_REPORT_GLOB_H_

#include <string_view>

namespace lockdep::report {

// Cost: the product of the lengths at worst.
bool GlobMatches(std::string_view pattern, std::string_view text);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_GLOB_H_
