#include "lockdep/report/finding_site.h"

#include "absl/strings/str_cat.h"
#include "lockdep/report/frames.h"

namespace lockdep::report {
namespace {

bool IsKnown(const Frame& frame) { return !frame.function.empty() || !frame.module.empty(); }

}  // namespace

std::string FrameText(const Frame& frame) {
  if (!IsKnown(frame)) return "";
  const std::string where = frame.file.empty()
                                ? ModuleOffset(frame)
                                : absl::StrCat(BaseName(frame.file), ":", frame.line);
  return frame.function.empty() ? where : absl::StrCat(frame.function, " (", where, ")");
}

std::string FindingSite(const Finding& finding) {
  if (!finding.edges.empty() && IsKnown(finding.edges.back().to_site)) {
    return FrameText(finding.edges.back().to_site);
  }
  return finding.stack.empty() ? "" : FrameText(finding.stack.front());
}

}  // namespace lockdep::report
