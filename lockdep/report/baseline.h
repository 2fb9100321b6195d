// A baseline: the findings that somebody has looked at and accepted, as a text
// file that lives in the user's repository.  One entry a line:
//
//   FINGERPRINT KIND CLASS... reason="why" [owner=who] [expires=YYYY-MM-DD]  # remark
//
// Words with spaces, quotes, '=' or '#' stand in double quotes, with \" \\ \n \t
// and \xNN inside.  A line of its own that starts with '#' is a comment and
// belongs to the entry below it; comments before the first blank line belong to
// the file.  Entries are sorted by fingerprint, which scatters additions over
// the file, so that two branches seldom touch neighbouring lines.
//
// Refuses: what it cannot parse, with file and line, including the markers of
// an unfinished merge and two different entries for one fingerprint.  Two equal
// lines, which a union merge leaves, are one entry.
//
// Invariants: 1. Parse(Format(b)) equals b.  2. Format is stable: same entries,
// same bytes.  3. Accept never removes or changes what a person wrote.
// Thread safety: plain data.

#ifndef LOCKDEP_REPORT_BASELINE_H_
#define LOCKDEP_REPORT_BASELINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

struct BaselineEntry {
  std::string fingerprint;  // 16 hex digits, lower case.
  std::string kind;
  std::vector<std::string> classes;
  std::string reason;   // Never empty.
  std::string owner;    // Empty if nobody is named.
  std::string expires;  // "YYYY-MM-DD", the last day on which it counts; empty: for ever.
  std::vector<std::string> comments;  // The lines above it, each with its '#'.
  std::string remark;                 // Behind it, with its '#'; empty if none.

  friend bool operator==(const BaselineEntry&, const BaselineEntry&) = default;
};

struct Baseline {
  std::vector<std::string> header;     // Comments of the file, each with its '#'.
  std::vector<BaselineEntry> entries;  // By fingerprint; each fingerprint once.
  std::vector<std::string> footer;     // Comments below the last entry.

  friend bool operator==(const Baseline&, const Baseline&) = default;
};

// No entries, and a header that explains the file.
Baseline NewBaseline();

// `file` is for the messages: "ci/locks.baseline:7: reason; next step".
absl::StatusOr<Baseline> ParseBaseline(absl::string_view text, absl::string_view file);

std::string FormatBaseline(const Baseline& baseline);

// The entry as its line in the file, without comments above it and newline.
std::string FormatEntry(const BaselineEntry& entry);

// An entry that would accept `finding`.
BaselineEntry EntryFor(const Finding& finding, absl::string_view reason);

// How the findings of a report stand to a baseline.  Indices into
// report.findings and baseline.entries.
struct BaselineComparison {
  std::vector<size_t> fresh;    // Findings that no entry accepts; order of the report.
  std::vector<size_t> known;    // Findings that an entry accepts.
  std::vector<size_t> expired;  // Findings whose entry has expired.
  std::vector<size_t> stale;    // Entries that no finding of the report needs.
  size_t milder = 0;  // Findings that nobody accepted or suppressed, and that are not relevant.
};

// Forgets what an earlier gate made of the findings: a report that it wrote is an
// input like others, and what its baseline accepted is no word of this one.
void ForgetStates(Report* report);

// Looks only at the findings whose indices are in `relevant`; any finding keeps
// its entry from being stale.  `today` is "YYYY-MM-DD".
BaselineComparison Compare(const Baseline& baseline, const Report& report,
                           const std::vector<size_t>& relevant, absl::string_view today);

// Sets `baseline_state` of every finding that the comparison has, and
// `suppressed_by` of the known ones to "FILE: reason".
void MarkStates(const Baseline& baseline, const BaselineComparison& comparison,
                absl::string_view file, Report* report);

// Adds entries for the findings `fresh` of `report`, keeping the order.
void Accept(Baseline& baseline, const Report& report, const std::vector<size_t>& fresh,
            absl::string_view reason);

// The entry for `fingerprint`, or null.
const BaselineEntry* FindEntry(const Baseline& baseline, absl::string_view fingerprint);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_BASELINE_H_
