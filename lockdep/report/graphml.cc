#include <tinyxml2.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/graph_view.h"
#include "lockdep/report/render.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

struct Key {
  const char* id;
  const char* owner;
  const char* type;
};

constexpr Key kKeys[] = {
    {"name", "node", "string"},    {"kind", "node", "string"},
    {"locks", "node", "long"},     {"in_finding", "all", "boolean"},
    {"kinds", "edge", "string"},   {"declaration", "edge", "string"},
    {"thread", "edge", "string"},  {"from_site", "edge", "string"},
    {"to_site", "edge", "string"},
};

class GraphMlWriter {
 public:
  std::string Write(const GraphView& view);

 private:
  void Keys();
  void Node(const GraphNode& node, size_t id);
  void Edge(const GraphEdge& edge);
  void Data(const char* key, const std::string& value) {
    if (value.empty()) return;
    xml_.OpenElement("data");
    xml_.PushAttribute("key", key);
    xml_.PushText(Inert(value).c_str());
    xml_.CloseElement();
  }

  tinyxml2::XMLPrinter xml_;
};

void GraphMlWriter::Keys() {
  for (const Key& key : kKeys) {
    xml_.OpenElement("key");
    xml_.PushAttribute("id", key.id);
    xml_.PushAttribute("for", key.owner);
    xml_.PushAttribute("attr.name", key.id);
    xml_.PushAttribute("attr.type", key.type);
    xml_.CloseElement();
  }
}

void GraphMlWriter::Node(const GraphNode& node, size_t id) {
  xml_.OpenElement("node");
  xml_.PushAttribute("id", absl::StrCat("n", id).c_str());
  Data("name", node.row.name);
  Data("kind", node.row.kind);
  Data("locks", absl::StrCat(node.row.locks));
  Data("in_finding", node.in_finding ? "true" : "false");
  xml_.CloseElement();
}

void GraphMlWriter::Edge(const GraphEdge& edge) {
  xml_.OpenElement("edge");
  xml_.PushAttribute("source", absl::StrCat("n", edge.from).c_str());
  xml_.PushAttribute("target", absl::StrCat("n", edge.to).c_str());
  Data("kinds", absl::StrJoin(edge.row->kinds, " "));
  Data("declaration", edge.row->declaration);
  Data("thread", edge.row->thread);
  Data("from_site", FrameText(edge.row->from_site));
  Data("to_site", FrameText(edge.row->to_site));
  Data("in_finding", edge.in_finding ? "true" : "false");
  xml_.CloseElement();
}

std::string GraphMlWriter::Write(const GraphView& view) {
  xml_.PushHeader(/*writeBOM=*/false, /*writeDeclaration=*/true);
  xml_.OpenElement("graphml");
  xml_.PushAttribute("xmlns", "http://graphml.graphdrawing.org/xmlns");
  Keys();
  xml_.OpenElement("graph");
  xml_.PushAttribute("id", "locks");
  xml_.PushAttribute("edgedefault", "directed");
  for (size_t id = 0; id < view.nodes.size(); ++id) Node(view.nodes[id], id);
  for (const GraphEdge& edge : view.edges) Edge(edge);
  xml_.CloseElement();
  xml_.CloseElement();
  return xml_.CStr();
}

}  // namespace

std::string RenderGraphMl(const Report& report) { return GraphMlWriter().Write(ViewGraph(report)); }

}  // namespace lockdep::report
