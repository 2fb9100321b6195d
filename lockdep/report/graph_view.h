// The lock graph of a report as numbered nodes and edges, for formats that say
// "from node 3 to node 5".

#ifndef LOCKDEP_REPORT_GRAPH_VIEW_H_
#define LOCKDEP_REPORT_GRAPH_VIEW_H_

#include <cstddef>
#include <vector>

#include "lockdep/report/report.h"

namespace lockdep::report {

struct GraphNode {
  ClassRow row;
  bool in_finding = false;
};

struct GraphEdge {
  size_t from = 0;  // Indices into GraphView::nodes.
  size_t to = 0;
  const DependencyRow* row = nullptr;
  bool in_finding = false;
};

// Nodes in the order of the report's classes; a class that only a dependency
// names comes after them.  Valid as long as the report.
struct GraphView {
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
};

GraphView ViewGraph(const Report& report);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_GRAPH_VIEW_H_
