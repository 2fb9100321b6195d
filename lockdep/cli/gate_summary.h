// What `lockdep gate` says at the end: a verdict and what it rests on, in at most
// kMostGateLines lines, as a hook or a job's log has room for.

#ifndef LOCKDEP_CLI_GATE_SUMMARY_H_
#define LOCKDEP_CLI_GATE_SUMMARY_H_

#include <string>

#include "lockdep/report/baseline.h"
#include "lockdep/report/report.h"

namespace lockdep::cli {

inline constexpr size_t kMostGateLines = 10;

// Without `is_complete`, whether all inputs were read, the verdict is no pass.
// What is new comes first, then what has expired, then stale entries, then how
// many findings are milder than what counts.
std::string GateSummary(const report::Baseline& baseline, const report::Report& report,
                        const report::BaselineComparison& comparison, bool is_complete);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_GATE_SUMMARY_H_
