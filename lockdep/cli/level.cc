#include "lockdep/cli/level.h"

#include <algorithm>

namespace lockdep::cli {
namespace {

// "note" is 0, and so on; past the end is what nobody declared.
ptrdiff_t RankOf(absl::string_view level) {
  const auto& levels = FailOnLevels();
  return std::find(levels.begin(), levels.end(), level) - levels.begin();
}

}  // namespace

const std::vector<std::string>& FailOnLevels() {
  static const auto& levels =
      *new std::vector<std::string>{"note", "feasible", "confirmed", "never"};
  return levels;
}

bool Reaches(const report::Finding& finding, absl::string_view fail_on) {
  if (finding.suppressed_by.has_value() || fail_on == "never") return false;
  return RankOf(finding.level) >= RankOf(fail_on);
}

}  // namespace lockdep::cli
