// The HTML page: what can deadlock first, then everything it rests on.  The page
// is complete without its script, loads nothing, and its content security policy
// lets the browser run only the script and style that the build put in.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lockdep/report/html_explorer.h"
#include "lockdep/report/html_finding.h"
#include "lockdep/report/html_graph.h"
#include "lockdep/report/html_page.h"
#include "lockdep/report/html_tables.h"
#include "lockdep/report/html_text.h"
#include "lockdep/report/render.h"
#include "lockdep/report/source_excerpt.h"

namespace lockdep::report {
namespace {

constexpr char kAlwaysUnseen[] =
    "<li>Paths that these runs did not take. A report covers what was executed, so run what "
    "matters, and merge several runs.</li>";

struct Tally {
  size_t confirmed = 0, feasible = 0, note = 0, suppressed = 0;
};

Tally TallyOf(const Report& report) {
  Tally tally;
  for (const Finding& finding : report.findings) {
    const std::string style = LevelStyle(finding.level);
    size_t& count = finding.suppressed_by.has_value() ? tally.suppressed
                    : style == "note"                 ? tally.note
                    : style == "feasible"             ? tally.feasible
                                                      : tally.confirmed;
    ++count;
  }
  return tally;
}

std::string Headline(const Report& report, const Tally& tally) {
  std::string happened =
      Counted(tally.confirmed, "locking error happened", "locking errors happened");
  if (tally.confirmed > 0 && tally.feasible == 0) return happened;
  if (tally.confirmed > 0) {
    return absl::StrCat(happened, ", ", WithThousands(tally.feasible), " more can happen");
  }
  if (tally.feasible > 0) {
    return Counted(tally.feasible, "locking error can happen", "locking errors can happen");
  }
  if (report.coverage.lock_operations == 0) return "Nothing was observed";
  return "No locking error found";
}

std::string TallyHtml(const Tally& tally) {
  std::string html;
  const auto add = [&](size_t count, const char* style, const char* name) {
    if (count == 0) return;
    absl::StrAppend(&html, "<span class=\"badge ", style, "\">", WithThousands(count), " ", name,
                    "</span> ");
  };
  add(tally.confirmed, "confirmed", "confirmed");
  add(tally.feasible, "feasible", "feasible");
  add(tally.note, "note", tally.note == 1 ? "note" : "notes");
  add(tally.suppressed, "note", "suppressed");
  return html.empty() ? "" : "<p>" + html + "</p>";
}

std::string Figure(const char* name, uint64_t value) {
  return absl::StrCat("<div><dt>", name, "</dt><dd>", WithThousands(value), "</dd></div>");
}

std::string FiguresHtml(const Report& report) {
  const Coverage& coverage = report.coverage;
  return absl::StrCat("<dl class=\"figures\">", Figure("Lock operations", coverage.lock_operations),
                      Figure("Locks", coverage.locks), Figure("Classes", coverage.classes),
                      Figure("Dependencies", coverage.dependencies),
                      Figure("Chains", coverage.chains), Figure("Threads", coverage.threads),
                      Figure("Processes", report.runs.size()), "</dl>");
}

std::string VerdictHtml(const Report& report, const Tally& tally) {
  return absl::StrCat("<div class=\"verdict\"><h1>", Headline(report, tally),
                      "</h1><div class=\"command\">", Escaped(report.subject.command), "</div>",
                      TallyHtml(tally), FiguresHtml(report), "</div>\n");
}

std::string NoFindingHtml(const Report& report) {
  const Coverage& coverage = report.coverage;
  if (coverage.lock_operations == 0) {
    return "<p class=\"empty\">No lock operation was seen, so this proves nothing. Is the program "
           "static, or did it end before its first lock?</p>";
  }
  return absl::StrCat("<p class=\"clean\">The ",
                      Counted(coverage.dependencies, "dependency", "dependencies"), " between ",
                      Counted(coverage.classes, "lock class", "lock classes"),
                      " form no circle, and every lock was used as its kind allows.</p>");
}

std::string FindingsHtml(const Report& report, SourceExcerpts* source) {
  std::string html = "<section id=\"findings\"><h2>Findings</h2>\n";
  if (report.findings.empty()) return absl::StrCat(html, NoFindingHtml(report), "</section>\n");
  html +=
      "<p class=\"needs-script\"><button type=\"button\" id=\"toggle-stacks\">Open all "
      "stacks</button></p>\n";
  for (const Finding& finding : report.findings) html += FindingHtml(finding, source);
  return html + "</section>\n";
}

std::string UnseenHtml(const Report& report) {
  std::vector<std::string> sentences = report.losses;
  sentences.insert(sentences.end(), report.coverage.unobserved.begin(),
                   report.coverage.unobserved.end());
  for (const Run& run : report.runs) {
    for (const std::string& sentence : run.coverage.unobserved) {
      if (std::find(sentences.begin(), sentences.end(), sentence) == sentences.end()) {
        sentences.push_back(sentence);
      }
    }
  }
  std::string html = "<ul class=\"plain\">";
  for (const std::string& sentence : sentences) {
    absl::StrAppend(&html, "<li>", Escaped(sentence), "</li>");
  }
  return absl::StrCat(html, kAlwaysUnseen, "</ul>");
}

std::string Section(const char* id, const char* title, const std::string& content) {
  return absl::StrCat("<section id=\"", id, "\"><h2>", title, "</h2>\n", content, "</section>\n");
}

std::string GraphSection(const Report& report) {
  if (report.dependencies.empty()) {
    return "<p class=\"soft\">No lock was taken while another was held.</p>";
  }
  const HotEdges hot = HotEdgesOf(report);
  return absl::StrCat(
      GraphHtml(report, hot), GraphExplorerHtml(report),
      "<p class=\"soft\">Each row: the second lock was taken while the first was held. Those of "
      "findings come first.</p>",
      DependencyTable(report, hot));
}

}  // namespace

std::string RenderHtml(const Report& report, const RenderOptions& options) {
  const Tally tally = TallyOf(report);
  SourceExcerpts source(options.source_root);
  return absl::StrCat(
      kPageBeforeTitle, Headline(report, tally), ": ", Escaped(report.subject.command),
      kPageBeforeContent, VerdictHtml(report, tally), FindingsHtml(report, &source),
      Section("graph", "Lock graph", GraphSection(report)),
      Section("classes", "Lock classes", ClassTable(report)),
      report.lock_times.empty()
          ? ""
          : Section("times", "Hottest and longest-held locks", LockTimesTable(report)),
      Section("orders", "Declared orders", DeclaredOrderTable(report)), AttachedTables(report),
      Section("runs", "Runs and their coverage", RunTable(report)),
      Section("unseen", "What could not be seen", UnseenHtml(report)), kPageAfterContent);
}

}  // namespace lockdep::report
