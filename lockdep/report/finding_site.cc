#include "lockdep/report/finding_site.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lockdep/record/base_name.h"
#include "lockdep/report/class_namer.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/readable_stack.h"

namespace lockdep::report {
namespace {

bool IsKnown(const Frame& frame) { return !frame.function.empty() || !frame.module.empty(); }

}  // namespace

std::string FrameText(const Frame& frame) {
  if (!IsKnown(frame)) return "";
  const std::string where = frame.file.empty()
                                ? ModuleOffset(frame)
                                : absl::StrCat(record::BaseName(frame.file), ":", frame.line);
  return frame.function.empty() ? where : absl::StrCat(frame.function, " (", where, ")");
}

Frame FindingFrame(const Finding& finding) {
  if (!finding.edges.empty() && IsKnown(finding.edges.back().to_site)) {
    return finding.edges.back().to_site;
  }
  return SiteOf(finding.stack);
}

std::string FindingSite(const Finding& finding) { return FrameText(FindingFrame(finding)); }

Frame WithSource(const Frame& frame, const Stack& stack) {
  if (!frame.file.empty()) return frame;
  const Stack readable = Readable(stack);
  const auto found = std::find_if(readable.begin(), readable.end(),
                                  [](const Frame& outer) { return !outer.file.empty(); });
  return found == readable.end() ? frame : *found;
}

Frame FindingSource(const Finding& finding) {
  const Stack& stack = finding.edges.empty() ? finding.stack : finding.edges.back().to_stack;
  return WithSource(FindingFrame(finding), stack);
}

bool IsEvent(const Finding& finding, const std::string& class_name) {
  return std::any_of(finding.locks.begin(), finding.locks.end(), [&](const FindingLock& lock) {
    return lock.class_name == class_name && IsEventKind(lock.kind);
  });
}

std::vector<const Stack*> StacksOf(const Finding& finding) {
  std::vector<const Stack*> stacks = {&finding.stack};
  for (const FindingEdge& edge : finding.edges) {
    stacks.push_back(&edge.from_stack);
    stacks.push_back(&edge.to_stack);
  }
  for (const FindingUsage& usage : finding.usages) stacks.push_back(&usage.stack);
  for (const FindingLock& lock : finding.locks) stacks.push_back(&lock.taken_at);
  return stacks;
}

}  // namespace lockdep::report
