// A picture of the lock graph, if it is small enough to help.

#ifndef LOCKDEP_REPORT_HTML_GRAPH_H_
#define LOCKDEP_REPORT_HTML_GRAPH_H_

#include <string>

#include "lockdep/report/hot_edges.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

inline constexpr size_t kMaxPicturedClasses = 24;

// Outer locks stand above inner ones.  Of a graph with more than
// kMaxPicturedClasses classes only the part in findings is drawn, and nothing
// if that is too large as well.
std::string GraphHtml(const Report& report, const HotEdges& hot);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_HTML_GRAPH_H_
