// What makes two findings the same one: kind, classes and functions; no lines,
// addresses or thread numbers, so that it survives rebuilds and moved code.

#ifndef LOCKDEP_REPORT_FINGERPRINT_H_
#define LOCKDEP_REPORT_FINGERPRINT_H_

#include <string>
#include <string_view>
#include <vector>

namespace lockdep::report {

// 16 hex digits.  `steps` are those of a cycle: where it starts does not matter.
// `rest` is in a fixed order.
std::string Fingerprint(std::string_view kind, std::vector<std::string> steps,
                        const std::vector<std::string>& rest);

// Parts as one string that no other parts make.
std::string JoinParts(const std::vector<std::string>& parts);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_FINGERPRINT_H_
