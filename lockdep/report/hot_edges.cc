#include "lockdep/report/hot_edges.h"

namespace lockdep::report {

HotEdges HotEdgesOf(const Report& report) {
  HotEdges hot;
  for (const Finding& finding : report.findings) {
    if (finding.suppressed_by.has_value()) continue;
    for (const FindingEdge& edge : finding.edges) hot.emplace(edge.from, edge.to);
  }
  return hot;
}

}  // namespace lockdep::report
