#include "lockdep/report/html_explorer.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "lockdep/record/base_name.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/graph_view.h"
#include "lockdep/report/html_page.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

using nlohmann::json;

// assets/graph.js has the same.
constexpr uint32_t kInFinding = 1, kDeclared = 2, kSeen = 4;

constexpr char kFrame[] =
    R"(<div id="graph-explorer">
<div class="explorer-bar" role="search">
<label for="graph-search">Find a class</label>
<input id="graph-search" type="search" data-part="search" autocomplete="off">
<span class="buttons"><button type="button" data-part="in" aria-label="Zoom in">+</button>
<button type="button" data-part="out" aria-label="Zoom out">&minus;</button>
<button type="button" data-part="fit">Fit</button>
<button type="button" data-part="first">Start again</button>
<button type="button" data-part="all">Show all</button></span>
<span class="soft" data-part="count" aria-live="polite"></span>
<ul class="matches" data-part="matches" aria-label="Classes found"></ul>
</div>
<div class="explorer-body">
<div class="canvas" data-part="canvas" tabindex="0" role="application" aria-label="Lock graph. Arrow keys move it, plus and minus zoom, 0 shows all of it, Escape leaves."></div>
<div class="panel" data-part="panel" aria-live="polite"></div>
</div>
<p class="soft legend">An arrow leads from a lock that was held to one that was taken meanwhile.
<span class="key hot">in a finding</span> <span class="key circle">in a circle that cannot deadlock, or was accepted</span>
<span class="key declared">declared</span> (dashed: never seen). Click the picture to zoom with the wheel; Escape lets go.</p>
</div>
)";

std::string SiteText(const Frame& frame) {
  if (frame.function.empty()) return "";
  if (frame.file.empty()) return Inert(frame.function);
  return Inert(absl::StrCat(frame.function, " at ", record::BaseName(frame.file), ":", frame.line));
}

uint32_t FlagsOf(const GraphEdge& edge) {
  return (edge.in_finding ? kInFinding : 0) | (edge.row->declaration.empty() ? 0 : kDeclared) |
         (edge.row->kinds.empty() ? 0 : kSeen);
}

}  // namespace

bool HasGraphLibrary() { return kGraphLibrary[0] != '\0'; }

std::string GraphData(const Report& report) {
  const GraphView view = ViewGraph(report);
  json nodes = json::array(), edges = json::array();
  for (const GraphNode& node : view.nodes) {
    nodes.push_back({Inert(node.row.name), Inert(node.row.kind), node.in_finding ? kInFinding : 0});
  }
  for (const GraphEdge& edge : view.edges) {
    edges.push_back({edge.from, edge.to, FlagsOf(edge), Inert(absl::StrJoin(edge.row->kinds, " ")),
                     SiteText(edge.row->to_site)});
  }
  const json data = {{"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
  // No tag can end, no comment can begin.
  return absl::StrReplaceAll(data.dump(-1, ' ', false, json::error_handler_t::replace),
                             {{"<", "\\u003c"}});
}

std::string GraphExplorerHtml(const Report& report) {
  if (!HasGraphLibrary() || report.dependencies.empty()) return "";
  return absl::StrCat(kFrame, "<script type=\"application/json\" id=\"graph-data\">",
                      GraphData(report), "</script>\n<script>", kGraphLibrary,
                      "</script>\n<script>", kGraphScript, "</script>\n");
}

}  // namespace lockdep::report
