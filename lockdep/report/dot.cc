// Outer locks stand above inner ones.  Red: part of a finding.  Dashed: declared,
// and not seen in any run.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/graph_view.h"
#include "lockdep/report/render.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

constexpr char kHot[] = "#c62828";
constexpr char kDeclared[] = "#1565c0";

// Graphviz reads escapes and HTML entities in quoted strings.
std::string Quoted(const std::string& text) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(Inert(text), {{"\\", "\\\\"}, {"\"", "\\\""}, {"&", "&amp;"}}),
      "\"");
}

void AddNode(const GraphNode& node, size_t id, std::string* out) {
  absl::StrAppend(out, "  n", id, " [label=", Quoted(node.row.name),
                  ", tooltip=", Quoted(node.row.kind));
  if (node.in_finding) absl::StrAppend(out, ", color=\"", kHot, "\", penwidth=2");
  absl::StrAppend(out, "];\n");
}

std::string EdgeTooltip(const DependencyRow& row) {
  if (row.kinds.empty()) return row.declaration;
  return absl::StrCat(row.thread, ": ", FrameText(row.from_site), " -> ", FrameText(row.to_site),
                      row.declaration.empty() ? "" : "; ", row.declaration);
}

void AddEdge(const GraphEdge& edge, std::string* out) {
  absl::StrAppend(out, "  n", edge.from, " -> n", edge.to,
                  " [label=", Quoted(absl::StrJoin(edge.row->kinds, " ")),
                  ", tooltip=", Quoted(EdgeTooltip(*edge.row)));
  if (edge.in_finding) {
    absl::StrAppend(out, ", color=\"", kHot, "\", penwidth=2");
  } else if (!edge.row->declaration.empty()) {
    absl::StrAppend(out, ", color=\"", kDeclared, "\"");
  }
  absl::StrAppend(out, edge.row->kinds.empty() ? ", style=dashed];\n" : "];\n");
}

}  // namespace

std::string RenderDot(const Report& report) {
  const GraphView view = ViewGraph(report);
  std::string out = absl::StrCat("digraph lockdep {\n  label=", Quoted(report.subject.command),
                                 ";\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                                 "  edge [fontname=\"sans-serif\", fontsize=10];\n");
  for (size_t id = 0; id < view.nodes.size(); ++id) AddNode(view.nodes[id], id, &out);
  for (const GraphEdge& edge : view.edges) AddEdge(edge, &out);
  return out + "}\n";
}

}  // namespace lockdep::report
