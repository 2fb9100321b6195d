#include "lockdep/report/baseline.h"

#include <algorithm>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lockdep/report/baseline_line.h"
#include "lockdep/report/word_line.h"

namespace lockdep::report {
namespace {

constexpr char kHeader[] = R"(# lockdep baseline: findings that were looked at and accepted.
# FINGERPRINT KIND CLASS... reason="why" [owner=who] [expires=YYYY-MM-DD]
# `lockdep gate` fails on every other finding; delete a line to be told of it again.)";

bool ByFingerprint(const BaselineEntry& a, const BaselineEntry& b) {
  return a.fingerprint < b.fingerprint;
}

// Reads the file line by line; the comments seen last wait for their entry.
class BaselineParser {
 public:
  explicit BaselineParser(absl::string_view file) : file_(file) {}

  absl::StatusOr<Baseline> Parse(absl::string_view text) {
    for (const std::string& line : LinesOf(text)) {
      ++line_number_;
      absl::Status status = ParseLine(absl::StripLeadingAsciiWhitespace(line));
      if (!status.ok()) return status;
    }
    baseline_.footer = std::move(comments_);
    std::stable_sort(baseline_.entries.begin(), baseline_.entries.end(), ByFingerprint);
    return std::move(baseline_);
  }

 private:
  absl::Status ParseLine(absl::string_view line) {
    if (line.empty()) {
      EndHeader();
      return absl::OkStatus();
    }
    if (line.front() == '#') {
      comments_.emplace_back(line);
      return absl::OkStatus();
    }
    if (IsMergeMarker(line)) return Error("marker of an unfinished merge; resolve the merge first");
    absl::StatusOr<BaselineEntry> entry = ParseEntry(line);
    if (!entry.ok()) return Error(entry.status().message());
    return AddEntry(*std::move(entry));
  }

  // Before any entry, a blank line makes the comments above it the file's own.
  void EndHeader() {
    if (!baseline_.entries.empty()) return;
    baseline_.header.insert(baseline_.header.end(), comments_.begin(), comments_.end());
    comments_.clear();
  }

  absl::Status AddEntry(BaselineEntry entry) {
    const auto [place, is_new] = place_of_.try_emplace(entry.fingerprint, baseline_.entries.size());
    if (!is_new) return AddAgain(place->second, entry);
    entry.comments = std::move(comments_);
    comments_.clear();
    baseline_.entries.push_back(std::move(entry));
    entry_lines_.push_back(line_number_);
    return absl::OkStatus();
  }

  absl::Status AddAgain(size_t place, const BaselineEntry& entry) {
    BaselineEntry& first = baseline_.entries[place];
    if (FormatEntry(first) != FormatEntry(entry)) {
      return Error(absl::StrCat("fingerprint ", entry.fingerprint, " stands on line ",
                                entry_lines_[place],
                                " already, with other words; keep one of the two"));
    }
    first.comments.insert(first.comments.end(), comments_.begin(), comments_.end());
    comments_.clear();
    return absl::OkStatus();
  }

  absl::Status Error(absl::string_view reason) const {
    return absl::InvalidArgumentError(absl::StrCat(file_, ":", line_number_, ": ", reason));
  }

  std::string file_;
  int line_number_ = 0;
  Baseline baseline_;
  std::vector<int> entry_lines_;
  absl::flat_hash_map<std::string, size_t> place_of_;  // Fingerprint to index in the entries.
  std::vector<std::string> comments_;
};

void AppendLines(std::string& text, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
}

std::vector<std::string> ClassesOf(const Finding& finding) {
  std::vector<std::string> classes;
  const auto add = [&](const std::string& name) {
    if (std::find(classes.begin(), classes.end(), name) == classes.end()) classes.push_back(name);
  };
  for (const FindingEdge& edge : finding.edges) add(edge.from);
  for (const FindingLock& lock : finding.locks) add(lock.class_name);
  return classes;
}

}  // namespace

Baseline NewBaseline() {
  Baseline baseline;
  baseline.header = LinesOf(kHeader);
  return baseline;
}

absl::StatusOr<Baseline> ParseBaseline(absl::string_view text, absl::string_view file) {
  return BaselineParser(file).Parse(text);
}

std::string FormatBaseline(const Baseline& baseline) {
  std::string text;
  AppendLines(text, baseline.header);
  if (!baseline.header.empty()) text += '\n';
  for (const BaselineEntry& entry : baseline.entries) {
    AppendLines(text, entry.comments);
    absl::StrAppend(&text, FormatEntry(entry), "\n");
  }
  AppendLines(text, baseline.footer);
  return text;
}

BaselineEntry EntryFor(const Finding& finding, absl::string_view reason) {
  BaselineEntry entry;
  entry.fingerprint = finding.fingerprint;
  entry.kind = finding.kind;
  entry.classes = ClassesOf(finding);
  entry.reason = std::string(reason);
  return entry;
}

void ForgetStates(Report* report) {
  for (Finding& finding : report->findings) {
    if (finding.baseline_state == "known") finding.suppressed_by.reset();
    finding.baseline_state.reset();
  }
}

BaselineComparison Compare(const Baseline& baseline, const Report& report,
                           const std::vector<size_t>& relevant, absl::string_view today) {
  BaselineComparison comparison;
  for (const size_t index : relevant) {
    const BaselineEntry* entry = FindEntry(baseline, report.findings[index].fingerprint);
    if (entry == nullptr) {
      comparison.fresh.push_back(index);
    } else if (!entry->expires.empty() && entry->expires < today) {
      comparison.expired.push_back(index);
    } else {
      comparison.known.push_back(index);
    }
  }
  const std::set<size_t> looked_at(relevant.begin(), relevant.end());
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < report.findings.size(); ++i) {
    const Finding& finding = report.findings[i];
    seen.insert(finding.fingerprint);
    comparison.milder += looked_at.count(i) == 0 && !finding.suppressed_by.has_value() &&
                         FindEntry(baseline, finding.fingerprint) == nullptr;
  }
  for (size_t i = 0; i < baseline.entries.size(); ++i) {
    if (seen.count(baseline.entries[i].fingerprint) == 0) comparison.stale.push_back(i);
  }
  return comparison;
}

void MarkStates(const Baseline& baseline, const BaselineComparison& comparison,
                absl::string_view file, Report* report) {
  for (const size_t index : comparison.fresh) report->findings[index].baseline_state = "new";
  for (const size_t index : comparison.expired) {
    report->findings[index].baseline_state = "expired";
  }
  for (const size_t index : comparison.known) {
    Finding& finding = report->findings[index];
    finding.baseline_state = "known";
    finding.suppressed_by =
        absl::StrCat(file, ": ", FindEntry(baseline, finding.fingerprint)->reason);
  }
}

void Accept(Baseline& baseline, const Report& report, const std::vector<size_t>& fresh,
            absl::string_view reason) {
  for (const size_t index : fresh) {
    BaselineEntry entry = EntryFor(report.findings[index], reason);
    if (FindEntry(baseline, entry.fingerprint) != nullptr) continue;
    const auto place =
        std::lower_bound(baseline.entries.begin(), baseline.entries.end(), entry, ByFingerprint);
    baseline.entries.insert(place, std::move(entry));
  }
}

const BaselineEntry* FindEntry(const Baseline& baseline, absl::string_view fingerprint) {
  const auto found = std::lower_bound(
      baseline.entries.begin(), baseline.entries.end(), fingerprint,
      [](const BaselineEntry& entry, absl::string_view key) { return entry.fingerprint < key; });
  const bool matches = found != baseline.entries.end() && found->fingerprint == fingerprint;
  return matches ? &*found : nullptr;
}

}  // namespace lockdep::report
