// The text report.  The first line of a finding says what can go wrong; then
// come the steps with both stacks, what to do, and at the end of the report
// what was covered.

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/grade_meaning.h"
#include "lockdep/report/merge.h"
#include "lockdep/report/readable_stack.h"
#include "lockdep/report/render.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

constexpr const char kRed[] = "\033[1;31m";
constexpr const char kYellow[] = "\033[1;33m";
constexpr const char kBold[] = "\033[1m";
constexpr const char kDim[] = "\033[2m";
constexpr const char kReset[] = "\033[0m";

// 1234567 as "1,234,567".
std::string Thousands(uint64_t number) {
  std::string digits = absl::StrCat(number);
  for (ptrdiff_t at = static_cast<ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return digits;
}

std::string Count(uint64_t number, const char* one, const char* many) {
  return absl::StrCat(Thousands(number), " ", number == 1 ? one : many);
}

std::string FrameName(const Frame& frame) {
  return Inert(frame.function.empty() ? ModuleOffset(frame) : Who(frame));
}

std::string FramePlace(const Frame& frame) {
  if (frame.file.empty()) return frame.function.empty() ? "" : Inert(ModuleOffset(frame));
  return Inert(absl::StrCat(frame.file, ":", frame.line));
}

// What --brief shows of many.
constexpr size_t kMostFindings = 20;
constexpr size_t kMostSteps = 16;

size_t LeftOut(size_t count, size_t most) { return count > most ? count - most : 0; }

class TextRenderer {
 public:
  explicit TextRenderer(const TextOptions& options) : options_(options) {}

  std::string Render(const Report& report);
  std::string RenderOne(const Finding& finding);

 private:
  void AddFinding(const Finding& finding);
  void AddDetails(const Finding& finding);
  void AddWait(const FindingEdge& edge);
  void AddEnded(const FindingEdge& edge);
  void AddEdge(const FindingEdge& edge);
  void AddEdges(const std::vector<FindingEdge>& edges);
  void AddTaken(const std::string& lock, const Frame& site, const Stack& stack,
                const char* how = " taken ");
  void AddStack(const Stack& stack);
  void AddUsage(const std::string& context, const FindingUsage& usage);
  void AddLock(const FindingLock& lock);
  void AddCoverage(const Report& report);
  std::string Styled(const char* style, const std::string& text) const {
    return options_.color ? absl::StrCat(style, text, kReset) : text;
  }
  // One line, indented by `depth` steps.
  void Line(int depth, const std::string& text) {
    absl::StrAppend(&out_, std::string(static_cast<size_t>(depth) * 2, ' '), text, "\n");
  }

  const TextOptions& options_;
  std::string out_;
};

void TextRenderer::AddStack(const Stack& stack) {
  if (!options_.stacks) return;
  size_t number = 0;
  for (const Frame& frame : Readable(stack)) {
    const std::string place = FramePlace(frame);
    Line(3, absl::StrCat("#", number++, " ", FrameName(frame), place.empty() ? "" : "  ",
                         Styled(kDim, place)));
  }
}

void TextRenderer::AddTaken(const std::string& lock, const Frame& site, const Stack& stack,
                            const char* how) {
  Line(2, absl::StrCat(Styled(kBold, Inert(lock)), how, Inert(InPlace(site))));
  AddStack(stack);
}

std::string ModeSuffix(const std::string& mode) {
  return mode.empty() || mode == "write" ? "" : absl::StrCat(" (", mode, ")");
}

void TextRenderer::AddWait(const FindingEdge& edge) {
  Line(1, absl::StrCat(Inert(ThreadAndRun(edge)), ":"));
  AddTaken(edge.to + ModeSuffix(edge.to_mode), edge.to_site, edge.to_stack, " waited for ");
}

void TextRenderer::AddEnded(const FindingEdge& edge) {
  Line(1, absl::StrCat(Inert(ThreadAndRun(edge)), ", which has ended:"));
  AddTaken(edge.from + ModeSuffix(edge.from_mode), edge.from_site, edge.from_stack);
}

void TextRenderer::AddEdge(const FindingEdge& edge) {
  if (edge.HoldsNothing()) return AddWait(edge);
  if (edge.HasEnded()) return AddEnded(edge);
  const std::string arrow = absl::StrCat(Inert(edge.from), " -> ", Inert(edge.to));
  if (!edge.declaration.empty()) {
    Line(1, absl::StrCat("Declared: ", Styled(kBold, arrow)));
    Line(2, Inert(edge.declaration));
  }
  if (edge.thread.empty()) return;
  Line(1, absl::StrCat(Inert(ThreadAndRun(edge)), ": ", Styled(kBold, arrow)));
  AddTaken(edge.from + ModeSuffix(edge.from_mode), edge.from_site, edge.from_stack);
  AddTaken(edge.to + ModeSuffix(edge.to_mode), edge.to_site, edge.to_stack);
}

void TextRenderer::AddUsage(const std::string& context, const FindingUsage& usage) {
  Line(1, absl::StrCat(Inert(usage.thread), usage.how == "used" ? ", in " : ", interruptible by ",
                       Inert(context), ":"));
  AddTaken(usage.lock + ModeSuffix(usage.mode), usage.site, usage.stack);
}

void TextRenderer::AddEdges(const std::vector<FindingEdge>& edges) {
  const size_t left_out = options_.brief ? LeftOut(edges.size(), kMostSteps) : 0;
  const size_t first_part = (edges.size() - left_out + 1) / 2;
  for (size_t i = 0; i < edges.size(); ++i) {
    if (i == first_part && left_out != 0) {
      Line(1, absl::StrCat("... and ", left_out, " steps more; a report file has them all"));
      i += left_out;
    }
    AddEdge(edges[i]);
  }
}

void TextRenderer::AddLock(const FindingLock& lock) {
  std::string text = absl::StrCat(Styled(kBold, Inert(lock.class_name)), " (", Inert(lock.kind));
  if (lock.name != lock.class_name) absl::StrAppend(&text, ", ", Inert(lock.name));
  if (!lock.address.empty()) absl::StrAppend(&text, ", at ", Inert(lock.address));
  absl::StrAppend(&text, ")");
  if (!lock.taken_at.empty()) {
    absl::StrAppend(&text, Inert(ModeSuffix(lock.mode)), " taken ",
                    Inert(InPlace(SiteOf(lock.taken_at))));
  }
  Line(2, text);
  AddStack(lock.taken_at);
  if (lock.created_at.empty()) return;
  Line(2, absl::StrCat("  initialised ", Inert(InPlace(SiteOf(lock.created_at)))));
}

void TextRenderer::AddFinding(const Finding& finding) {
  const char* style = LevelRank(finding.level) == 2   ? kRed
                      : LevelRank(finding.level) == 1 ? kYellow
                                                      : kBold;
  Line(0, Styled(style, Inert(finding.title)));
  Line(1, Styled(kDim, absl::StrCat("[", Inert(finding.kind), ", ", Inert(finding.level), ", ",
                                    Inert(finding.fingerprint), "]")));
  if (!finding.reasons.empty()) {
    Line(1, absl::StrCat("Level because of: ", Inert(absl::StrJoin(finding.reasons, ", "))));
  }
  if (finding.suppressed_by.has_value()) {
    // Somebody has read the rest already.
    Line(1, absl::StrCat("Suppressed by ", Inert(*finding.suppressed_by)));
  } else {
    AddDetails(finding);
  }
  out_ += "\n";
}

void TextRenderer::AddDetails(const Finding& finding) {
  for (const std::string& reason : finding.reasons) {
    const absl::string_view meaning = ReasonMeaning(reason);
    if (!meaning.empty()) Line(2, std::string(meaning));
  }
  AddEdges(finding.edges);
  for (const FindingUsage& usage : finding.usages) AddUsage(finding.context, usage);
  if (finding.edges.empty() && finding.usages.empty()) {
    const std::string who = absl::StrJoin(finding.threads, ", ");
    Line(1,
         absl::StrCat(Inert(who), who.empty() ? "" : " ", Inert(InPlace(SiteOf(finding.stack)))));
    AddStack(finding.stack);
    if (!finding.locks.empty()) Line(1, "Locks:");
    for (const FindingLock& lock : finding.locks) AddLock(lock);
  }
  for (const std::string& paragraph :
       std::vector<std::string>(absl::StrSplit(finding.explanation, '\n'))) {
    if (!paragraph.empty()) Line(1, Inert(paragraph));
  }
  if (!finding.run.empty()) Line(1, absl::StrCat("Found in: ", Inert(finding.run)));
}

std::string CountFindings(const Report& report) {
  size_t suppressed = 0;
  for (const Finding& finding : report.findings) suppressed += finding.suppressed_by.has_value();
  const size_t open = report.findings.size() - suppressed;
  std::string text = open == 0 ? "no findings" : Count(open, "finding", "findings");
  if (suppressed != 0) absl::StrAppend(&text, " (and ", suppressed, " suppressed)");
  return text;
}

void TextRenderer::AddCoverage(const Report& report) {
  const Coverage& coverage = report.coverage;
  const std::string subject = report.subject.command.empty()
                                  ? "this recording"
                                  : absl::StrCat("`", Inert(report.subject.command), "`");
  if (coverage.lock_operations == 0 && coverage.dependencies == 0) {
    Line(0, Styled(kYellow, absl::StrCat("lockdep: ", CountFindings(report),
                                         ", but no lock "
                                         "operation was observed in ",
                                         subject, ": this proves nothing.")));
  } else {
    Line(0, Styled(kBold, absl::StrCat("lockdep: ", CountFindings(report), " in ", subject, ".")));
  }
  Line(0, absl::StrCat(
              "Observed: ", Count(coverage.lock_operations, "lock operation", "lock operations"),
              " on ", Count(coverage.locks, "lock", "locks"), " of ",
              Count(coverage.classes, "class", "classes"), ", ",
              Count(coverage.dependencies, "dependency", "dependencies"), ", ",
              Count(coverage.chains, "chain", "chains"), ", ",
              Count(coverage.threads, "thread", "threads"), ", ",
              Count(report.runs.size(), "process", "processes"), "."));
  for (const std::string& sentence : coverage.unobserved) {
    Line(0, absl::StrCat("Not observed: ", Inert(sentence)));
  }
}

std::string TextRenderer::Render(const Report& report) {
  const std::vector<Finding>& findings = report.findings;
  const size_t left_out = options_.brief ? LeftOut(findings.size(), kMostFindings) : 0;
  for (size_t i = 0; i + left_out < findings.size(); ++i) AddFinding(findings[i]);
  if (left_out != 0) {
    Line(0, absl::StrCat("... and ", left_out, " findings more; a report file has them all\n"));
  }
  AddCoverage(report);
  return std::move(out_);
}

std::string TextRenderer::RenderOne(const Finding& finding) {
  AddFinding(finding);
  return std::move(out_);
}

}  // namespace

std::string RenderFindingText(const Finding& finding, const TextOptions& options) {
  return TextRenderer(options).RenderOne(finding);
}

std::string RenderText(const Report& report, const TextOptions& options) {
  return TextRenderer(options).Render(report);
}

}  // namespace lockdep::report
