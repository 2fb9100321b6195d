// The lock graph to walk in: search, zoom, neighbours.  Drawn in the browser by the
// library that the build embedded (assets/fetch_graph_library.cmake).

#ifndef LOCKDEP_REPORT_HTML_EXPLORER_H_
#define LOCKDEP_REPORT_HTML_EXPLORER_H_

#include <string>

#include "lockdep/report/report.h"

namespace lockdep::report {

// Whether this build has the library.
bool HasGraphLibrary();

// The graph as JSON that is inert inside a script element:
//   {"nodes": [[name, kind, flags], ...],
//    "edges": [[from, to, flags, kinds, site], ...]}
// `from` and `to` are indices of nodes; flags: 1 in a finding, 2 declared, 4 seen.
std::string GraphData(const Report& report);

// Empty without the library, or when there is nothing to walk in.
std::string GraphExplorerHtml(const Report& report);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_HTML_EXPLORER_H_
