// Reports that say one name wherever a program or an input file can name
// something.

#ifndef LOCKDEP_TESTS_REPORT_HOSTILE_REPORT_H_
#define LOCKDEP_TESTS_REPORT_HOSTILE_REPORT_H_

#include <string>

#include "lockdep/report/report.h"

namespace lockdep::report {

inline Frame FrameFullOf(const std::string& name) {
  return {.function = name, .file = name, .line = 1, .module = name, .offset = 1};
}

inline Finding FindingFullOf(const std::string& name) {
  const Frame frame = FrameFullOf(name);
  const Stack stack = {frame};
  const FindingLock lock = {name, name, name, name, name, stack, stack};
  return {
      .fingerprint = name,
      .kind = name,
      .level = name,
      .reasons = {name},
      .title = name,
      .explanation = name + "\nTo fix: " + name,
      .locks = {lock},
      .edges = {{name, name + "2", name, name, name, name, name, frame, frame, stack, stack, ""},
                {name + "2", name, name, name, name, name, name, frame, frame, stack, stack, name,
                 name}},
      .context = name,
      .usages = {{name, name, name, name, frame, stack}, {name, name, name, name, frame, stack}},
      .threads = {name},
      .thread = name,
      .held = {lock},
      .running_in = {name},
      .interruptible_by = {name},
      .subject = name,
      .rule = name,
      .wait = name,
      .wait_limit = name,
      .tests = {name},
      .run = name,
      .stack = stack};
}

inline Report ReportFullOf(const std::string& name) {
  const Frame frame = FrameFullOf(name);
  Report report;
  report.subject.command = name;
  report.coverage.lock_operations = 1;
  report.coverage.contexts = {name};
  report.coverage.unobserved = {name};
  report.runs = {{report.subject, report.coverage}};
  report.tables = {{.title = name, .note = name, .columns = {name}, .rows = {{name}}}};
  Finding finding = FindingFullOf(name);
  report.findings.push_back(finding);
  finding.edges.clear();
  finding.suppressed_by = name;
  finding.baseline_state = "known";
  report.findings.push_back(finding);
  finding.usages.clear();
  report.findings.push_back(finding);
  report.classes = {{name, name, 1, name, name, name, {{name, name, name}}}};
  report.dependencies = {{name, name + "2", {name}, name, name, frame, frame},
                         {name + "2", name, {}, name, name, frame, frame}};
  report.lock_times = {{.name = name,
                        .read_wait = {1, 1, 1, 1},
                        .write_wait = {1, 1, 1, 1},
                        .read_hold = {1, 1, 1, 1},
                        .write_hold = {1, 1, 1, 1},
                        .contended_at = {{frame, 1}}}};
  report.losses = {name};
  return report;
}

}  // namespace lockdep::report

#endif  // LOCKDEP_TESTS_REPORT_HOSTILE_REPORT_H_
