#include "lockdep/cli/gate_summary.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/utf8.h"

namespace lockdep::cli {
namespace {

constexpr size_t kLongestLine = 300;

std::string Line(const char* label, const std::string& fingerprint, const std::string& text) {
  return absl::StrCat(absl::StrFormat("  %-7s  %s  ", label, fingerprint),
                      report::CutTo(text, kLongestLine), "\n");
}

std::string FindingLine(const char* label, const report::Finding& finding,
                        const std::string& remark) {
  const std::string site = report::FindingSite(finding);
  return Line(label, report::Inert(finding.fingerprint),
              report::Inert(absl::StrCat(finding.level, " ", finding.kind, ": ", remark,
                                         finding.title, site.empty() ? "" : ", at ", site)));
}

}  // namespace

std::string GateSummary(const report::Baseline& baseline, const report::Report& report,
                        const report::BaselineComparison& comparison, bool is_complete) {
  const bool has_new = !comparison.fresh.empty() || !comparison.expired.empty();
  std::vector<std::string> lines;
  for (const size_t index : comparison.fresh) {
    lines.push_back(FindingLine("new", report.findings[index], ""));
  }
  for (const size_t index : comparison.expired) {
    const report::Finding& finding = report.findings[index];
    const report::BaselineEntry* entry = report::FindEntry(baseline, finding.fingerprint);
    lines.push_back(
        FindingLine("expired", finding, absl::StrCat("accepted until ", entry->expires, ": ")));
  }
  for (const size_t index : comparison.stale) {
    const report::BaselineEntry& entry = baseline.entries[index];
    lines.push_back(Line("stale", entry.fingerprint,
                         absl::StrCat(entry.kind, ": not seen; delete its line if it was fixed")));
  }
  std::string summary = absl::StrFormat(
      "lockdep gate: %s: %d new, %d expired, %d known, %d stale\n",
      has_new ? "FAIL" : (is_complete ? "pass" : "INCOMPLETE"), comparison.fresh.size(),
      comparison.expired.size(), comparison.known.size(), comparison.stale.size());
  // The verdict, the advice, and what did not count.
  const size_t room = kMostGateLines - 2 - (comparison.milder != 0);
  const bool all = lines.size() <= room;
  const size_t shown = all ? lines.size() : room - 1;
  for (size_t i = 0; i < shown; ++i) summary += lines[i];
  if (!all) {
    absl::StrAppend(&summary, "  and ", lines.size() - shown,
                    " more; --report locks.html has them all\n");
  }
  if (comparison.milder != 0) {
    absl::StrAppend(&summary, "  milder   ", comparison.milder,
                    " below --fail-on, so not counted; 'lockdep report' shows what they are\n");
  }
  if (!comparison.fresh.empty()) {
    summary += "Fix what is new, or accept it with the reason: add --update\n";
  }
  return summary;
}

}  // namespace lockdep::cli
