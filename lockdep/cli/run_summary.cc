#include "lockdep/cli/run_summary.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/terminal.h"
#include "lockdep/report/render.h"

namespace lockdep::cli {
namespace {

std::string Count(uint64_t count, absl::string_view singular, absl::string_view plural) {
  return absl::StrCat(count, " ", count == 1 ? singular : plural);
}

}  // namespace

void SetExitStatus(report::Report& report, const ChildResult& child) {
  if (report.subject.pid == child.pid) report.subject.exit_status = child.exit_code;
  for (report::Run& run : report.runs) {
    if (run.subject.pid == child.pid) run.subject.exit_status = child.exit_code;
  }
}

void PrintOutcome(const report::Report& report) {
  const bool any = std::any_of(
      report.findings.begin(), report.findings.end(),
      [](const report::Finding& finding) { return !finding.suppressed_by.has_value(); });
  if (!any) return Say(SummaryLine(report));
  const std::string text =
      report::RenderText(report, {.color = WantsColor(STDERR_FILENO), .brief = true});
  std::fwrite(text.data(), 1, text.size(), stderr);
}

std::string SummaryLine(const report::Report& report) {
  const report::Coverage& coverage = report.coverage;
  if (coverage.lock_operations == 0) {
    return absl::StrCat("nothing observed: ", Count(report.runs.size(), "process", "processes"),
                        " took no lock that lockdep sees, so this run proves nothing");
  }
  return absl::StrCat("no finding in ",
                      Count(coverage.lock_operations, "lock operation", "lock operations"), " on ",
                      Count(coverage.locks, "lock", "locks"), " (",
                      Count(coverage.classes, "class", "classes"), ", ",
                      Count(coverage.dependencies, "dependency", "dependencies"), ", ",
                      Count(coverage.threads, "thread", "threads"), ", ",
                      Count(report.runs.size(), "process", "processes"), ")");
}

std::string NoRecordingMessage(const Program& program) {
  return absl::StrCat("nothing observed: ", program.executable,
                      " left no recording; most likely it cleared LD_PRELOAD from its environment "
                      "or ended before its first lock");
}

}  // namespace lockdep::cli
