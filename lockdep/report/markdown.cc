// Names stand in <code> with every mark written as a character reference, which
// Markdown never takes for structure, and GitHub for no mention or link.

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/html_text.h"
#include "lockdep/report/render.h"
#include "lockdep/report/source_path.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

// GitHub refuses a step summary above 1 MiB.
constexpr size_t kMostBytes = 900'000;
constexpr size_t kMostBytesOfOne = 20'000;

std::string Referenced(absl::string_view text) {
  std::string referenced;
  for (const char c : Inert(std::string_view(text.data(), text.size()))) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_ispunct(byte)) {
      absl::StrAppend(&referenced, "&#", static_cast<unsigned>(byte), ";");
    } else {
      referenced += c;
    }
  }
  return referenced;
}

std::string Code(absl::string_view text) {
  return absl::StrCat("<code>", Referenced(text), "</code>");
}

std::string Place(const Finding& finding, const RenderOptions& options) {
  const Frame frame = FindingSource(finding);
  if (frame.file.empty()) return FindingSite(finding);
  return absl::StrCat(RelativeSource(frame.file, options.source_root), ":", frame.line);
}

std::string Status(const Finding& finding) {
  return finding.suppressed_by.has_value() ? "suppressed" : Referenced(finding.level);
}

std::string TableRow(const Finding& finding, const RenderOptions& options) {
  return absl::StrCat("| ", Status(finding), " | ", Code(finding.kind), " | ", Code(finding.title),
                      " | ", Code(Place(finding, options)), " |\n");
}

// Inside <pre> nothing is Markdown, and Escaped lets no markup through.
std::string Details(const Finding& finding) {
  std::string text;
  const std::string plain = CutTo(RenderFindingText(finding, {}), kMostBytesOfOne);
  for (const absl::string_view line : absl::StrSplit(plain, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&text, Escaped(line), "\n");
  }
  return absl::StrCat("\n<details><summary>", Code(finding.title), "</summary>\n\n<pre>\n", text,
                      "</pre>\n</details>\n");
}

std::string Heading(const Report& report) {
  size_t open = 0;
  for (const Finding& finding : report.findings) open += !finding.suppressed_by.has_value();
  if (open != 0) return absl::StrCat("## lockdep: ", Counted(open, "finding", "findings"), "\n");
  const bool any = report.coverage.lock_operations != 0 || report.coverage.dependencies != 0;
  return any ? "## lockdep: no findings\n"
             : "## lockdep: nothing was observed\n\nNo lock operation was seen: this proves "
               "nothing.\n";
}

std::string Observed(const Report& report) {
  const Coverage& coverage = report.coverage;
  return absl::StrCat("\nObserved in ", Code(report.subject.command), ": ",
                      Counted(coverage.lock_operations, "lock operation", "lock operations"),
                      " on ", Counted(coverage.locks, "lock", "locks"), ", ",
                      Counted(coverage.dependencies, "dependency", "dependencies"), ", ",
                      Counted(report.runs.size(), "process", "processes"), ".\n");
}

}  // namespace

std::string RenderMarkdown(const Report& report, const RenderOptions& options) {
  std::string out = Heading(report) + Observed(report);
  if (report.findings.empty()) return out;
  out += "\n| level | kind | what | where |\n|---|---|---|---|\n";
  size_t shown = 0;
  for (; shown < report.findings.size() && out.size() < kMostBytes / 2; ++shown) {
    out += TableRow(report.findings[shown], options);
  }
  for (size_t i = 0; i < shown && out.size() < kMostBytes; ++i) {
    if (!report.findings[i].suppressed_by.has_value()) out += Details(report.findings[i]);
  }
  if (shown < report.findings.size()) {
    absl::StrAppend(&out, "\n", report.findings.size() - shown, " more are not shown here.\n");
  }
  return out;
}

}  // namespace lockdep::report
