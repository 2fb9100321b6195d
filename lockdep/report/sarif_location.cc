#include "lockdep/report/sarif_location.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/readable_stack.h"
#include "lockdep/report/source_path.h"
#include "lockdep/report/utf8.h"
#include "lockdep/report/wording.h"

namespace lockdep::report {
namespace {

// Code scanning shows so many steps of a flow.
constexpr size_t kMostSteps = 1000;

std::string UriOf(const Frame& frame, const RenderOptions& options) {
  if (!frame.file.empty()) return SourceUri(frame.file, options.source_root);
  return frame.module.empty() ? "unknown" : SourceUri(frame.module, options.source_root);
}

// The debug information has no columns: the region is the start of the line.
SarifJson RegionOf(const Frame& frame) {
  const int line = frame.file.empty() ? 1 : std::max(frame.line, 1);
  return {{"startLine", line}, {"startColumn", 1}, {"endLine", line}, {"endColumn", 2}};
}

class ThreadFlow {
 public:
  ThreadFlow(std::string thread, const RenderOptions& options)
      : thread_(std::move(thread)), options_(options) {}

  const std::string& thread() const { return thread_; }

  // The way down to an acquisition, then the acquisition.
  void AddAcquisition(const Frame& site, const Stack& stack, const std::string& lock) {
    const int depth = AddWay(site, stack);
    AddStep(WithSource(site, stack), absl::StrCat("takes ", lock, " ", InPlace(site)), depth,
            {"acquire", "lock"});
  }

  // The way down to the end of `stack`, where `what` happened.
  void AddEnd(const Stack& stack, const std::string& what) {
    const Frame site = SiteOf(stack);
    const int depth = AddWay(site, stack);
    AddStep(WithSource(site, stack), what, depth, {"danger"});
  }

  SarifJson Take() {
    return {{"id", Inert(thread_)},
            {"message", SarifMessage(thread_)},
            {"locations", std::move(steps_)}};
  }

 private:
  // Returns how deep the last step of the way is, plus one.
  int AddWay(const Frame& site, const Stack& stack) {
    const Stack readable = Readable(stack);
    int depth = 0;
    for (auto frame = readable.rbegin(); frame != readable.rend(); ++frame) {
      if (frame->file.empty() || *frame == site) continue;
      AddStep(*frame, absl::StrCat("through ", Who(*frame)), depth++, {});
    }
    return depth;
  }

  // A step without kinds is one that a reader may skip.
  void AddStep(const Frame& frame, const std::string& what, int depth,
               const std::vector<std::string>& kinds) {
    if (steps_.size() == kMostSteps) return;
    SarifJson step = {{"location", SarifLocation(frame, what, options_)}, {"nestingLevel", depth}};
    step["importance"] = kinds.empty() ? "unimportant" : "essential";
    if (!kinds.empty()) step["kinds"] = kinds;
    steps_.push_back(std::move(step));
  }

  std::string thread_;
  const RenderOptions& options_;
  SarifJson steps_ = SarifJson::array();
};

ThreadFlow& FlowOf(const std::string& thread, const RenderOptions& options,
                   std::vector<ThreadFlow>* flows) {
  const auto known = std::find_if(flows->begin(), flows->end(),
                                  [&](const ThreadFlow& flow) { return flow.thread() == thread; });
  return known != flows->end() ? *known : flows->emplace_back(thread, options);
}

}  // namespace

std::string SarifText(std::string_view words) {
  std::string text;
  for (const char c : InertLines(words)) {
    if (c == '[' || c == ']' || c == '\\') text += '\\';
    if (c == '{' || c == '}') text += c;
    text += c;
  }
  return text;
}

SarifJson SarifMessage(std::string_view words) { return {{"text", SarifText(words)}}; }

SarifJson SarifLocation(const Frame& frame, std::string_view message,
                        const RenderOptions& options) {
  SarifJson location = {
      {"physicalLocation",
       {{"artifactLocation", {{"uri", UriOf(frame, options)}}}, {"region", RegionOf(frame)}}}};
  if (!frame.function.empty()) {
    location["logicalLocations"] = {
        {{"fullyQualifiedName", Inert(frame.function)}, {"kind", "function"}}};
  }
  if (!message.empty()) location["message"] = SarifMessage(message);
  return location;
}

SarifJson SarifCodeFlows(const Finding& finding, const RenderOptions& options) {
  std::vector<ThreadFlow> flows;
  for (const FindingEdge& edge : finding.edges) {
    if (edge.thread.empty()) continue;  // Only declared: nobody ran it.
    ThreadFlow& flow = FlowOf(ThreadAndRun(edge), options, &flows);
    flow.AddAcquisition(edge.from_site, edge.from_stack, InSentence(edge.from, edge.from_mode));
    flow.AddAcquisition(edge.to_site, edge.to_stack, InSentence(edge.to, edge.to_mode));
  }
  for (const FindingUsage& usage : finding.usages) {
    FlowOf(usage.thread, options, &flows)
        .AddAcquisition(usage.site, usage.stack, InSentence(usage.lock, usage.mode));
  }
  if (flows.empty() && !finding.stack.empty()) {
    const std::string thread = finding.threads.empty() ? "a thread" : finding.threads[0];
    FlowOf(thread, options, &flows).AddEnd(finding.stack, finding.title);
  }
  SarifJson thread_flows = SarifJson::array();
  for (ThreadFlow& flow : flows) thread_flows.push_back(flow.Take());
  return SarifJson::array({{{"threadFlows", std::move(thread_flows)}}});
}

}  // namespace lockdep::report
