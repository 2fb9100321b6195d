// Inputs of the tool: recordings and JSON reports, files or directories of them.

#ifndef LOCKDEP_REPORT_LOAD_H_
#define LOCKDEP_REPORT_LOAD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lockdep/declared_order.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

struct Loaded {
  Report report;
  // What was lost: "run.17.lockdep: truncated after 812 of 900 bytes; 14 records kept".
  std::vector<std::string> warnings;
  // Whether every recording and report among the inputs was read to its end; what
  // else lies in a directory does not count.
  bool is_complete = true;
  uint64_t replayed_events = 0;
};

struct LoadOptions {
  // What recordings are held against.  Of a JSON report only words are left, so
  // that with an order it is refused.
  DeclaredOrder order = {};
  // Whether it is the complete list of what may nest.
  bool enforce = false;
  // Called after each of `total` files that was read.
  std::function<void(size_t done, size_t total)> on_progress = {};
  // Whether what recordings with a log of events say is found anew from the events.
  bool replay_events = false;
  // Whether what cannot be read costs only itself, a loss and a warning.
  bool leave_out_unreadable = false;
};

// Reads, symbolises and unites all inputs.  Of several recordings, what no single
// one shows is found too (replay.h).  An input that cannot be read at all
// is an error: "FILE: reason" (with ":LINE" or "offset N" where it helps).
absl::StatusOr<Loaded> LoadInputs(const std::vector<std::string>& inputs,
                                  const LoadOptions& options = {});

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_LOAD_H_
