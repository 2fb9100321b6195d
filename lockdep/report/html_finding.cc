#include "lockdep/report/html_finding.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "lockdep/report/baseline.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/grade_meaning.h"
#include "lockdep/report/html_text.h"
#include "lockdep/report/interruption.h"

namespace lockdep::report {
namespace {

// The explanation ends with lines about fixing and suppressing, which stand in
// places of their own on the page.
struct Explanation {
  std::vector<std::string> story;
  std::string fix;
};

Explanation ExplanationOf(const Finding& finding) {
  Explanation explanation;
  for (absl::string_view line : absl::StrSplit(finding.explanation, '\n', absl::SkipEmpty())) {
    if (absl::StartsWith(line, "To suppress")) continue;
    if (absl::ConsumePrefix(&line, "To fix: ")) {
      explanation.fix = std::string(line);
      explanation.fix[0] = absl::ascii_toupper(static_cast<unsigned char>(explanation.fix[0]));
    } else {
      explanation.story.emplace_back(line);
    }
  }
  return explanation;
}

std::string CodeHtml(absl::string_view text) {
  return absl::StrCat("<code>", Prose(text), "</code>");
}

// " (read)" where it matters: of a plain mutex every acquisition is exclusive.
std::string ModeHtml(const Finding& finding, const std::string& class_name,
                     const std::string& mode) {
  bool matters = mode != "write";
  for (const FindingLock& lock : finding.locks) {
    if (lock.class_name == class_name && absl::StrContains(lock.kind, "rw")) matters = true;
  }
  return mode.empty() || !matters
             ? ""
             : absl::StrCat(" <span class=\"soft\">(", Escaped(mode), ")</span>");
}

std::string StepHtml(absl::string_view style, absl::string_view verb, const std::string& lock,
                     const std::string& mode, const std::string& below) {
  return absl::StrCat("<td><span class=\"step", style, "\">", verb, " ", CodeHtml(lock), "</span>",
                      mode, "<span class=\"site\">", below, "</span></td>");
}

std::string TakesHtml(const Finding& finding, const FindingEdge& edge) {
  if (!edge.declaration.empty()) {
    return StepHtml(" declared", "first", edge.from, "", Prose(edge.declaration));
  }
  if (edge.HoldsNothing()) return "<td></td>";
  return StepHtml("", "takes", edge.from, ModeHtml(finding, edge.from, edge.from_mode),
                  FrameHtml(edge.from_site));
}

std::string WantsHtml(const Finding& finding, const FindingEdge& edge) {
  if (!edge.declaration.empty()) return StepHtml(" declared", "then", edge.to, "", "");
  if (edge.HasEnded()) return "<td><span class=\"step\">has ended</span></td>";
  const bool waits = finding.kind != "declared-order-violation";
  return StepHtml(waits ? " waits" : "", waits ? "waits for" : "then takes", edge.to,
                  ModeHtml(finding, edge.to, edge.to_mode), FrameHtml(edge.to_site));
}

std::string ColumnTitle(const FindingEdge& edge) {
  if (!edge.declaration.empty()) return "Declared order";
  if (edge.thread.empty()) return "A thread";
  const std::string thread = ThreadAndRun(edge);
  return absl::StartsWithIgnoreCase(thread, "thread") ? absl::StrCat("T", Escaped(thread.substr(1)))
                                                      : absl::StrCat("Thread ", Escaped(thread));
}

// All that wait for each other: threads, and an interruption.
std::vector<FindingEdge> StepsOf(const Finding& finding) {
  std::vector<FindingEdge> steps = finding.edges;
  if (const std::optional<FindingEdge> last = Interruption(finding)) steps.push_back(*last);
  return steps;
}

bool HasDeclaredEdge(const Finding& finding) {
  return std::any_of(finding.edges.begin(), finding.edges.end(),
                     [](const FindingEdge& edge) { return !edge.declaration.empty(); });
}

// One row a step.  Threads act one after the other; a declaration has no time,
// so that beside one all columns stand in the same two rows.
class TimelineRows {
 public:
  TimelineRows(size_t columns, bool together) : columns_(columns), together_(together) {}

  // `cells` has one for each column.
  void Add(const std::vector<std::string>& cells) {
    for (size_t row = 0; row < (together_ ? 1 : columns_); ++row) {
      absl::StrAppend(&html_, "<tr><td class=\"when\">", ++steps_, "</td>");
      for (size_t column = 0; column < columns_; ++column) {
        absl::StrAppend(&html_, together_ || column == row ? cells[column] : "<td></td>");
      }
      html_ += "</tr>";
    }
  }

  const std::string& html() const { return html_; }

 private:
  const size_t columns_;
  const bool together_;
  size_t steps_ = 0;
  std::string html_;
};

std::string Outcome(const Finding& finding) {
  if (finding.kind == "declared-order-violation") {
    return "The order that was taken contradicts the declared one.";
  }
  if (finding.kind == "invalid-wait-context") {
    return "It waits longer than what is held there allows.";
  }
  if (finding.level == "confirmed" && finding.edges.size() == 1) {
    return "It waits for itself: it could not go on.";
  }
  if (finding.level == "confirmed") return "Each waits for the next: none of them could go on.";
  if (finding.level == "note") {
    return "Each would wait for the next, if what rules this out ever fell away.";
  }
  return "Each waits for the next: if they meet like this, none of them goes on.";
}

// The threads side by side: first each takes its lock, then each wants the next.
std::string TimelineHtml(const Finding& finding) {
  std::string headings;
  std::vector<std::string> takes, wants;
  const std::vector<FindingEdge> steps = StepsOf(finding);
  for (const FindingEdge& edge : steps) {
    absl::StrAppend(&headings, "<th scope=\"col\">", ColumnTitle(edge), "</th>");
    takes.push_back(TakesHtml(finding, edge));
    wants.push_back(WantsHtml(finding, edge));
  }
  TimelineRows rows(steps.size(), HasDeclaredEdge(finding));
  rows.Add(takes);
  rows.Add(wants);
  return absl::StrCat(
      "<div class=\"scroll\"><table class=\"timeline\"><thead><tr><th class=\"when\" "
      "aria-label=\"Step\"></th>",
      headings, "</tr></thead><tbody>", rows.html(),
      "<tr class=\"outcome\"><td></td><td colspan=\"", steps.size(), "\">", Outcome(finding),
      "</td></tr></tbody></table></div>");
}

std::string StackBlock(const std::string& heading, const Stack& stack, SourceExcerpts* source) {
  return absl::StrCat("<div><h4>", heading, "</h4>", StackHtml(stack, source), "</div>");
}

std::string EdgeStacksHtml(const Finding& finding, SourceExcerpts* source) {
  std::string html;
  size_t sides = 0;
  for (const FindingEdge& edge : StepsOf(finding)) {
    if (!edge.declaration.empty()) continue;
    ++sides;
    absl::StrAppend(&html, "<div>",
                    StackBlock(absl::StrCat(ColumnTitle(edge), " wants ", CodeHtml(edge.to)),
                               edge.to_stack, source),
                    StackBlock(absl::StrCat("and holds ", CodeHtml(edge.from), ", taken"),
                               edge.from_stack, source),
                    "</div>");
  }
  if (html.empty()) return "";
  return absl::StrCat("<details><summary>", sides > 1 ? "Stacks of both sides" : "Stacks",
                      "</summary><div class=\"stacks\">", html, "</div></details>");
}

std::string LockLine(const FindingLock& lock) {
  const std::string& name = lock.name.empty() ? lock.class_name : lock.name;
  std::string line = CodeHtml(name);
  if (!lock.kind.empty()) absl::StrAppend(&line, ", ", Escaped(lock.kind));
  if (!lock.mode.empty() && lock.mode != "write") {
    absl::StrAppend(&line, ", taken as ", Escaped(lock.mode));
  }
  if (!lock.address.empty()) absl::StrAppend(&line, ", at ", Escaped(lock.address));
  return line;
}

std::string LocksHtml(const Finding& finding, SourceExcerpts* source) {
  if (finding.locks.empty()) return "";
  std::string html;
  for (const FindingLock& lock : finding.locks) {
    absl::StrAppend(&html, "<div><h4>", LockLine(lock), "</h4>");
    if (!lock.taken_at.empty()) html += StackBlock("taken", lock.taken_at, source);
    if (!lock.created_at.empty()) html += StackBlock("created", lock.created_at, source);
    html += "</div>";
  }
  return absl::StrCat("<details><summary>", finding.locks.size() == 1 ? "The lock" : "The locks",
                      "</summary><div class=\"stacks\">", html, "</div></details>");
}

std::string EventHtml(const Finding& finding, SourceExcerpts* source) {
  // Of a cycle it is the last step's, which stands there.
  if (finding.stack.empty() || !StepsOf(finding).empty()) return "";
  return absl::StrCat("<details open><summary>Where the thread was</summary><div class=\"stacks\">",
                      StackHtml(finding.stack, source), "</div></details>");
}

std::string GradeHtml(const Finding& finding) {
  std::string html =
      absl::StrCat("<div><h4>Why ", finding.level == "note" ? "only a " : "",
                   Escaped(finding.level), "</h4><p>", LevelMeaning(finding.level), "</p>");
  if (!finding.reasons.empty()) {
    html += "<ul class=\"plain\">";
    for (const std::string& reason : finding.reasons) {
      const absl::string_view meaning = ReasonMeaning(reason);
      absl::StrAppend(&html, "<li>", CodeHtml(reason), meaning.empty() ? "" : ": ", meaning,
                      "</li>");
    }
    html += "</ul>";
  }
  return html + "</div>";
}

std::string AnswersHtml(const Finding& finding) {
  std::string html = "<div class=\"answers\">" + GradeHtml(finding);
  const std::string fix = ExplanationOf(finding).fix;
  if (!fix.empty()) {
    absl::StrAppend(&html, "<div><h4>How to fix it</h4><p>", Prose(fix), "</p></div>");
  }
  if (finding.suppressed_by.has_value()) {
    absl::StrAppend(&html, "<div><h4>Suppressed by</h4><p>", CodeHtml(*finding.suppressed_by),
                    "</p></div>");
  } else {
    const BaselineEntry entry = EntryFor(finding, "why this is accepted");
    absl::StrAppend(&html,
                    "<div class=\"wide\"><h4>How to accept it</h4><p>Give the reason in this line "
                    "and add it to the baseline of <code>lockdep gate</code>:</p>",
                    "<code class=\"paste\" tabindex=\"0\">", Escaped(FormatEntry(entry)),
                    "</code></div>");
  }
  return html + "</div>";
}

std::string HeadHtml(const Finding& finding) {
  const std::string print = Escaped(finding.fingerprint);
  std::string html = absl::StrCat(
      "<div class=\"finding-line\"><span class=\"badge\">", Escaped(finding.level), "</span>",
      finding.suppressed_by.has_value() ? "<span class=\"badge\">suppressed</span>" : "",
      "<span class=\"code\">", Escaped(finding.kind), "</span>");
  if (!finding.run.empty()) {
    absl::StrAppend(&html, "<span class=\"soft\">in ", CodeHtml(finding.run), "</span>");
  }
  absl::StrAppend(&html, "<a class=\"right code\" href=\"#f-", print, "\" title=\"Link to this ",
                  "finding; the fingerprint survives rebuilds\">", print, "</a></div>");
  return html;
}

}  // namespace

std::string LevelStyle(const std::string& level) {
  return level == "note" || level == "feasible" ? level : "confirmed";
}

std::string FindingHtml(const Finding& finding, SourceExcerpts* source) {
  std::string html = absl::StrCat("<article class=\"finding ", LevelStyle(finding.level),
                                  finding.suppressed_by.has_value() ? " suppressed" : "",
                                  "\" id=\"f-", Escaped(finding.fingerprint), "\" tabindex=\"-1\">",
                                  HeadHtml(finding), "<h3>", Prose(finding.title), "</h3>");
  for (const std::string& line : ExplanationOf(finding).story) {
    absl::StrAppend(&html, "<p>", Prose(line), "</p>");
  }
  if (!StepsOf(finding).empty()) html += TimelineHtml(finding);
  absl::StrAppend(&html, EdgeStacksHtml(finding, source), EventHtml(finding, source),
                  LocksHtml(finding, source), AnswersHtml(finding), "</article>\n");
  return html;
}

}  // namespace lockdep::report
