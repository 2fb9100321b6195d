// One run with one result for each finding, worst first.  The rules are always
// all of them: what a rule says must not depend on what was found.

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/merge.h"
#include "lockdep/report/render.h"
#include "lockdep/report/rule_help.h"
#include "lockdep/report/sarif_location.h"
#include "lockdep/report/source_path.h"
#include "lockdep/report/utf8.h"
#include "lockdep/report/wording.h"

namespace lockdep::report {
namespace {

// More than this, and code scanning refuses the file.
constexpr size_t kMostResults = 25'000;
constexpr size_t kMostRelatedLocations = 100;

// By LevelRank.
constexpr const char* kLevels[] = {"note", "warning", "error"};

std::string ToStd(absl::string_view text) { return std::string(text); }

SarifJson RuleOf(const RuleHelp& rule) {
  const std::string how = absl::StrCat(rule.meaning, "\n\nTo fix: ", rule.fix);
  const std::string markdown =
      absl::StrCat(rule.meaning, "\n\n**To fix:** ", rule.fix,
                   "\n\nIf it cannot happen, accept it in the baseline with the reason "
                   "(`lockdep gate ... --update`).");
  return {{"id", ToStd(rule.kind)},
          {"name", ToStd(rule.name)},
          {"shortDescription", {{"text", ToStd(rule.summary)}}},
          {"fullDescription", {{"text", ToStd(rule.meaning)}}},
          {"help", {{"text", how}, {"markdown", markdown}}},
          {"defaultConfiguration", {{"level", "warning"}}},
          {"properties",
           {{"tags", {"concurrency", "deadlock", "lock-order"}},
            {"precision", "high"},
            {"problem.severity", "warning"}}}};
}

SarifJson DriverOf() {
  SarifJson rules = SarifJson::array();
  for (const RuleHelp& rule : AllRuleHelp()) rules.push_back(RuleOf(rule));
  return {{"name", "lockdep"}, {"semanticVersion", LOCKDEP_VERSION}, {"rules", std::move(rules)}};
}

// The places of a finding beside its own, each with what a person sees there.
class RelatedLocations {
 public:
  RelatedLocations(const Finding& finding, const RenderOptions& options) : options_(options) {
    for (const FindingEdge& edge : finding.edges) {
      if (edge.thread.empty()) continue;
      Add(edge.from_site, edge.from_stack, InSentence(edge.from, edge.from_mode),
          ThreadAndRun(edge));
      if (&edge == &finding.edges.back()) continue;  // Its end is the location itself.
      Add(edge.to_site, edge.to_stack, InSentence(edge.to, edge.to_mode), ThreadAndRun(edge));
    }
    for (const FindingUsage& usage : finding.usages) {
      Add(usage.site, usage.stack, InSentence(usage.lock, usage.mode), usage.thread);
    }
    for (const FindingLock& lock : finding.locks) {
      if (lock.created_at.empty()) continue;
      AddText(SiteOf(lock.created_at), lock.created_at,
              absl::StrCat(lock.class_name, " is initialised"));
    }
  }

  // One line with a link to each.
  std::string links() const { return links_; }
  SarifJson Take() { return std::move(locations_); }

 private:
  void Add(const Frame& site, const Stack& stack, const std::string& lock,
           const std::string& thread) {
    if (site == Frame{} && stack.empty()) return;  // Who waits alone, or has ended, took nothing.
    AddText(site, stack, absl::StrCat(thread, " takes ", lock));
  }

  void AddText(const Frame& site, const Stack& stack, const std::string& what) {
    if (locations_.size() == kMostRelatedLocations) return;
    SarifJson location = SarifLocation(WithSource(site, stack), what, options_);
    location["id"] = locations_.size() + 1;
    absl::StrAppend(&links_, links_.empty() ? "" : "; ", "[",
                    SarifText(absl::StrCat(what, " ", InPlace(site))), "](", locations_.size() + 1,
                    ")");
    locations_.push_back(std::move(location));
  }

  const RenderOptions& options_;
  std::string links_;
  SarifJson locations_ = SarifJson::array();
};

SarifJson SuppressionsOf(const Finding& finding) {
  if (!finding.suppressed_by.has_value()) return SarifJson::array();
  return SarifJson::array({{{"kind", "external"},
                            {"status", "accepted"},
                            {"justification", Inert(*finding.suppressed_by)}}});
}

SarifJson PropertiesOf(const Finding& finding) {
  SarifJson reasons = SarifJson::array();
  for (const std::string& reason : finding.reasons) reasons.push_back(Inert(reason));
  return {{"lockdep-level", Inert(finding.level)},
          {"reasons", std::move(reasons)},
          {"run", Inert(finding.run)}};
}

SarifJson ResultOf(const Finding& finding, const RenderOptions& options) {
  RelatedLocations related(finding, options);
  const std::string links = related.links();
  SarifJson result = {
      {"ruleId", Inert(finding.kind)},
      {"level", kLevels[LevelRank(finding.level)]},
      {"message",
       {{"text", absl::StrCat(SarifText(finding.title), ".\n", SarifText(finding.explanation),
                              links.empty() ? "" : "\nSee: ", links)}}},
      {"locations",
       SarifJson::array({SarifLocation(FindingSource(finding), finding.title, options)})},
      {"partialFingerprints",
       {{"primaryLocationLineHash", absl::StrCat(Inert(finding.fingerprint), ":1")},
        {"lockdepFingerprint/v1", Inert(finding.fingerprint)}}}};
  const auto rules = AllRuleHelp();
  const RuleHelp& rule = RuleHelpFor(finding.kind);
  if (!rule.kind.empty()) result["ruleIndex"] = &rule - rules.data();
  SarifJson locations = related.Take();
  if (!locations.empty()) result["relatedLocations"] = std::move(locations);
  if (!finding.edges.empty() || !finding.stack.empty())
    result["codeFlows"] = SarifCodeFlows(finding, options);
  if (finding.baseline_state.has_value()) {
    result["baselineState"] = *finding.baseline_state == "new" ? "new" : "unchanged";
  }
  // Where one result has them, SARIF wants them in all (3.27.23).
  result["suppressions"] = SuppressionsOf(finding);
  result["properties"] = PropertiesOf(finding);
  return result;
}

SarifJson InvocationOf(const Report& report, const RenderOptions& options) {
  const bool observed = report.coverage.lock_operations != 0 || report.coverage.dependencies != 0;
  SarifJson invocation = {{"executionSuccessful", observed},
                          {"commandLine", Inert(report.subject.command)}};
  if (report.subject.exit_status.has_value()) invocation["exitCode"] = *report.subject.exit_status;
  if (!options.source_root.empty()) {
    invocation["workingDirectory"] = {{"uri", SourceUri(options.source_root + "/", "")}};
  }
  SarifJson notes = SarifJson::array();
  if (!observed) {
    notes.push_back({{"level", "error"},
                     {"message", SarifMessage("No lock operation was observed: this proves "
                                              "nothing.")}});
  }
  for (const std::string& sentence : report.coverage.unobserved) {
    notes.push_back({{"level", "note"}, {"message", SarifMessage(sentence)}});
  }
  if (report.findings.size() > kMostResults) {
    notes.push_back({{"level", "warning"},
                     {"message", SarifMessage(absl::StrCat(
                                     report.findings.size() - kMostResults,
                                     " findings more than code scanning takes were left out."))}});
  }
  invocation["toolExecutionNotifications"] = std::move(notes);
  return invocation;
}

}  // namespace

std::string RenderSarif(const Report& report, const RenderOptions& options) {
  SarifJson results = SarifJson::array();
  const size_t count = std::min(report.findings.size(), kMostResults);
  for (size_t i = 0; i < count; ++i) results.push_back(ResultOf(report.findings[i], options));
  const SarifJson run = {{"tool", {{"driver", DriverOf()}}},
                         {"automationDetails", {{"id", "lockdep/"}}},
                         {"columnKind", "utf16CodeUnits"},
                         {"invocations", SarifJson::array({InvocationOf(report, options)})},
                         {"results", std::move(results)}};
  const SarifJson log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                         {"version", "2.1.0"},
                         {"runs", SarifJson::array({run})}};
  return log.dump(/*indent=*/1, ' ', /*ensure_ascii=*/false, SarifJson::error_handler_t::replace) +
         "\n";
}

}  // namespace lockdep::report
