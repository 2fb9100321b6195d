// The part of the lock graph that findings are about.

#ifndef LOCKDEP_REPORT_HOT_EDGES_H_
#define LOCKDEP_REPORT_HOT_EDGES_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

// The dependencies, as (from, to), that are part of a finding.
using HotEdges = absl::flat_hash_set<std::pair<std::string, std::string>>;
HotEdges HotEdgesOf(const Report& report);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_HOT_EDGES_H_
