// Reports that say one name wherever a program or an input file can name
// something.

#ifndef LOCKDEP_TESTS_REPORT_HOSTILE_REPORT_H_
#define LOCKDEP_TESTS_REPORT_HOSTILE_REPORT_H_

#include <string>

#include "lockdep/report/report.h"

namespace lockdep::report {

inline Finding FindingFullOf(const std::string& name) {
  const Frame frame = {.function = name, .file = name, .line = 1, .module = name, .offset = 1};
  const Stack stack = {frame};
  return {
      .fingerprint = name,
      .kind = name,
      .level = name,
      .reasons = {name},
      .title = name,
      .explanation = name + "\nTo fix: " + name,
      .locks = {{name, name, name, name, name, stack, stack}},
      .edges = {{name, name + "2", name, name, name, name, name, frame, frame, stack, stack, ""},
                {name + "2", name, name, name, name, name, name, frame, frame, stack, stack, name}},
      .threads = {name},
      .run = name,
      .stack = stack};
}

inline Report ReportFullOf(const std::string& name) {
  const Frame frame = {.function = name, .file = name, .line = 1, .module = name, .offset = 1};
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
  report.findings.push_back(finding);
  report.classes = {{name, name, 1}};
  report.dependencies = {{name, name + "2", {name}, name, name, frame, frame},
                         {name + "2", name, {}, name, name, frame, frame}};
  return report;
}

}  // namespace lockdep::report

#endif  // LOCKDEP_TESTS_REPORT_HOSTILE_REPORT_H_
