// Which findings make a command fail: --fail-on.

#ifndef LOCKDEP_CLI_LEVEL_H_
#define LOCKDEP_CLI_LEVEL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lockdep/report/report.h"

namespace lockdep::cli {

// The values of --fail-on, from the strictest to the one that never fails.
const std::vector<std::string>& FailOnLevels();

// Whether `finding` is not suppressed and its level is `fail_on` or worse.  A
// level that this version does not know counts as the worst.
bool Reaches(const report::Finding& finding, absl::string_view fail_on);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_LEVEL_H_
