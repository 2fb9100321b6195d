// What `lockdep run` says when the program has ended.

#ifndef LOCKDEP_CLI_RUN_SUMMARY_H_
#define LOCKDEP_CLI_RUN_SUMMARY_H_

#include <string>

#include "lockdep/cli/child_process.h"
#include "lockdep/cli/program.h"
#include "lockdep/report/report.h"

namespace lockdep::cli {

// Writes down how the started process ended.
void SetExitStatus(report::Report& report, const ChildResult& child);

// The text report on stderr; one line if there is nothing to report.
void PrintOutcome(const report::Report& report);

// "no finding in 12 lock operations on 3 locks (2 classes, ...)", or that
// nothing was observed and so nothing is proved.
std::string SummaryLine(const report::Report& report);

// Why no process left a recording.
std::string NoRecordingMessage(const Program& program);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_RUN_SUMMARY_H_
