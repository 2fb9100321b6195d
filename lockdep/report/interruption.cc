#include "lockdep/report/interruption.h"

#include "absl/strings/str_cat.h"

namespace lockdep::report {

std::optional<FindingEdge> Interruption(const Finding& finding) {
  if (finding.usages.size() != 2) return std::nullopt;
  const FindingUsage& used = finding.usages[0];
  const FindingUsage& enabled = finding.usages[1];
  return FindingEdge{.from = enabled.lock,
                     .to = used.lock,
                     .from_mode = enabled.mode,
                     .to_mode = used.mode,
                     .thread = absl::StrCat(enabled.thread, ", interrupted by ", finding.context),
                     .from_site = enabled.site,
                     .to_site = used.site,
                     .from_stack = enabled.stack,
                     .to_stack = used.stack,
                     .declaration = {}};
}

}  // namespace lockdep::report
