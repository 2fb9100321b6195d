// Layers by longest path, ordered by the mean place of their neighbours: the
// classical scheme of Sugiyama, Tagawa and Toda, without dummy nodes, which so
// small a graph can do without.

#include "lockdep/report/html_graph.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lockdep/report/html_text.h"

namespace lockdep::report {
namespace {

constexpr int kNodeHeight = 26;
constexpr int kLayerGap = 52;
constexpr int kNodeGap = 28;
constexpr int kMargin = 20;
constexpr int kMarginForBackEdges = 90;
constexpr int kSideStep = 8;
constexpr int kArrowGap = 6;
constexpr size_t kMaxLabel = 30;
constexpr int kCharacterWidth = 8;
constexpr int kSweeps = 4;

struct Node {
  std::string name;
  std::string label;
  int layer = 0;
  double place = 0;  // Within its layer.
  int x = 0, y = 0, width = 0;
  bool is_hot = false;
};

struct Edge {
  size_t from = 0, to = 0;
  bool is_hot = false;
  bool is_declared_only = false;
  bool closes_circle = false;
};

struct Graph {
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  int width = 0, height = 0;
};

// Keeps both ends of a long name; never cuts a UTF-8 sequence.
std::string Label(const std::string& name) {
  if (name.size() <= kMaxLabel) return name;
  const auto continues = [&](size_t at) { return (name[at] & 0xC0) == 0x80; };
  size_t head = kMaxLabel / 2 - 1;
  size_t tail = name.size() - kMaxLabel / 2;
  while (head > 0 && continues(head)) --head;
  while (tail < name.size() && continues(tail)) ++tail;
  return absl::StrCat(name.substr(0, head), "…", name.substr(tail));
}

class GraphBuilder {
 public:
  explicit GraphBuilder(const HotEdges& hot) : hot_(hot) {}

  void Add(const DependencyRow& row) {
    const bool is_hot = hot_.contains(std::make_pair(row.from, row.to));
    const size_t from = NodeNamed(row.from), to = NodeNamed(row.to);
    graph_.nodes[from].is_hot |= is_hot;
    graph_.nodes[to].is_hot |= is_hot;
    if (from != to) graph_.edges.push_back({from, to, is_hot, row.kinds.empty(), false});
  }

  Graph Take() { return std::move(graph_); }

 private:
  size_t NodeNamed(const std::string& name) {
    const auto [place, is_new] = index_.try_emplace(name, graph_.nodes.size());
    if (is_new) {
      Node node;
      node.name = name;
      node.label = Label(name);
      node.width = static_cast<int>(node.label.size()) * kCharacterWidth + 20;
      graph_.nodes.push_back(std::move(node));
    }
    return place->second;
  }

  const HotEdges& hot_;
  Graph graph_;
  absl::flat_hash_map<std::string, size_t> index_;
};

size_t CountClasses(const Report& report, const HotEdges& hot, bool hot_only) {
  absl::flat_hash_set<absl::string_view> names;
  for (const DependencyRow& row : report.dependencies) {
    if (hot_only && !hot.contains(std::make_pair(row.from, row.to))) continue;
    names.insert(row.from);
    names.insert(row.to);
  }
  return names.size();
}

// Marks the edges that lead back to a node on the path of a depth-first walk.
class CircleFinder {
 public:
  explicit CircleFinder(Graph& graph) : graph_(graph), state_(graph.nodes.size(), kNew) {}

  void Run() {
    for (size_t node = 0; node < graph_.nodes.size(); ++node) Visit(node);
  }

 private:
  enum State { kNew, kOnPath, kDone };

  // The depth is bounded by kMaxPicturedClasses.
  void Visit(size_t node) {
    if (state_[node] != kNew) return;
    state_[node] = kOnPath;
    for (Edge& edge : graph_.edges) {
      if (edge.from != node) continue;
      edge.closes_circle = state_[edge.to] == kOnPath;
      Visit(edge.to);
    }
    state_[node] = kDone;
  }

  Graph& graph_;
  std::vector<State> state_;
};

void AssignLayers(Graph& graph) {
  for (size_t round = 0; round < graph.nodes.size(); ++round) {
    for (const Edge& edge : graph.edges) {
      if (edge.closes_circle) continue;
      int& layer = graph.nodes[edge.to].layer;
      layer = std::max(layer, graph.nodes[edge.from].layer + 1);
    }
  }
}

using Layers = std::vector<std::vector<size_t>>;

Layers LayersOf(const Graph& graph) {
  Layers layers;
  for (size_t node = 0; node < graph.nodes.size(); ++node) {
    const auto layer = static_cast<size_t>(graph.nodes[node].layer);
    if (layers.size() <= layer) layers.resize(layer + 1);
    layers[layer].push_back(node);
  }
  return layers;
}

// The mean place of a node's neighbours, or its own if it has none.
double MeanPlace(const Graph& graph, size_t node) {
  double sum = 0;
  int count = 0;
  for (const Edge& edge : graph.edges) {
    if (edge.from != node && edge.to != node) continue;
    sum += graph.nodes[edge.from == node ? edge.to : edge.from].place;
    ++count;
  }
  return count > 0 ? sum / count : graph.nodes[node].place;
}

void OrderLayers(Graph& graph, Layers& layers) {
  const auto number = [&](const std::vector<size_t>& layer) {
    const double middle = (static_cast<double>(layer.size()) - 1) / 2;
    for (size_t i = 0; i < layer.size(); ++i) {
      graph.nodes[layer[i]].place = static_cast<double>(i) - middle;
    }
  };
  for (const auto& layer : layers) number(layer);
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    for (auto& layer : layers) {
      std::vector<std::pair<double, size_t>> keyed;
      for (const size_t node : layer) keyed.emplace_back(MeanPlace(graph, node), node);
      std::stable_sort(keyed.begin(), keyed.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
      for (size_t i = 0; i < layer.size(); ++i) layer[i] = keyed[i].second;
      number(layer);
    }
  }
}

int LayerWidth(const Graph& graph, const std::vector<size_t>& layer) {
  int width = -kNodeGap;
  for (const size_t node : layer) width += graph.nodes[node].width + kNodeGap;
  return width;
}

void Place(Graph& graph, const Layers& layers) {
  int widest = 0;
  for (const auto& layer : layers) widest = std::max(widest, LayerWidth(graph, layer));
  int y = kMargin;
  for (const auto& layer : layers) {
    int x = kMarginForBackEdges + (widest - LayerWidth(graph, layer)) / 2;
    for (const size_t node : layer) {
      graph.nodes[node].x = x;
      graph.nodes[node].y = y;
      x += graph.nodes[node].width + kNodeGap;
    }
    y += kNodeHeight + kLayerGap;
  }
  graph.width = widest + 2 * kMarginForBackEdges;
  graph.height = y - kLayerGap + kMargin;
}

std::string VerticalPath(int x1, int y1, int x2, int y2) {
  const int bend = (y2 - y1) / 2;
  return absl::StrCat("M", x1, " ", y1, " C", x1, " ", y1 + bend, " ", x2, " ", y2 - bend, " ", x2,
                      " ", y2);
}

// Down left of the middle, and one layer up right of it, so that the two sides
// of an inversion run beside each other; further up round the right.
std::string PathOf(const Node& from, const Node& to) {
  const int x1 = from.x + from.width / 2;
  const int x2 = to.x + to.width / 2;
  if (to.layer > from.layer) {
    return VerticalPath(x1 - kSideStep, from.y + kNodeHeight, x2 - kSideStep, to.y - kArrowGap);
  }
  if (to.layer + 1 == from.layer) {
    return VerticalPath(x1 + kSideStep, from.y, x2 + kSideStep, to.y + kNodeHeight + kArrowGap);
  }
  const int right1 = from.x + from.width, y1 = from.y + kNodeHeight / 2;
  const int right2 = to.x + to.width + kArrowGap, y2 = to.y + kNodeHeight / 2;
  const int out = std::max(right1, right2) + kMarginForBackEdges * 3 / 5;
  return absl::StrCat("M", right1, " ", y1, " C", out, " ", y1, " ", out, " ", y2, " ", right2, " ",
                      y2);
}

std::string EdgeSvg(const Graph& graph, const Edge& edge) {
  const Node& from = graph.nodes[edge.from];
  const Node& to = graph.nodes[edge.to];
  return absl::StrCat("<path class=\"edge", edge.is_hot ? " hot" : "",
                      edge.is_declared_only ? " declared" : "", "\" d=\"", PathOf(from, to),
                      "\" marker-end=\"url(#", edge.is_hot ? "arrow-hot" : "arrow", ")\"><title>",
                      Escaped(from.name), " → ", Escaped(to.name), "</title></path>\n");
}

std::string NodeSvg(const Node& node) {
  return absl::StrCat(
      "<g><title>", Escaped(node.name), "</title><rect class=\"node", node.is_hot ? " hot" : "",
      "\" x=\"", node.x, "\" y=\"", node.y, "\" width=\"", node.width, "\" height=\"", kNodeHeight,
      "\" rx=\"5\"/><text class=\"label\" text-anchor=\"middle\" x=\"", node.x + node.width / 2,
      "\" y=\"", node.y + 17, "\">", Escaped(node.label), "</text></g>\n");
}

std::string Marker(const char* id, const char* style) {
  return absl::StrCat("<marker id=\"", id, "\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" ",
                      "markerUnits=\"userSpaceOnUse\" markerWidth=\"9\" markerHeight=\"9\" ",
                      "orient=\"auto\"><path class=\"arrow", style,
                      "\" d=\"M0 0 L8 4 L0 8 z\"/></marker>");
}

std::string Svg(const Graph& graph) {
  std::string svg = absl::StrCat(
      "<div class=\"graph plain-graph\" tabindex=\"0\"><svg role=\"img\" aria-label=\"Lock graph: "
      "outer locks "
      "above inner ones; the table below says the same\" width=\"",
      graph.width, "\" height=\"", graph.height, "\" viewBox=\"0 0 ", graph.width, " ",
      graph.height, "\"><defs>", Marker("arrow", ""), Marker("arrow-hot", " hot"), "</defs>\n");
  for (const Edge& edge : graph.edges) svg += EdgeSvg(graph, edge);
  for (const Node& node : graph.nodes) svg += NodeSvg(node);
  return svg + "</svg></div>\n";
}

}  // namespace

std::string GraphHtml(const Report& report, const HotEdges& hot) {
  const bool hot_only = CountClasses(report, hot, false) > kMaxPicturedClasses;
  const size_t classes = CountClasses(report, hot, hot_only);
  if (classes < 2 || classes > kMaxPicturedClasses) return "";
  GraphBuilder builder(hot);
  for (const DependencyRow& row : report.dependencies) {
    if (!hot_only || hot.contains(std::make_pair(row.from, row.to))) builder.Add(row);
  }
  Graph graph = builder.Take();
  CircleFinder(graph).Run();
  AssignLayers(graph);
  Layers layers = LayersOf(graph);
  OrderLayers(graph, layers);
  Place(graph, layers);
  return absl::StrCat(
      hot_only ? "<p class=\"soft plain-graph\">Drawn: the part that findings are about.</p>" : "",
      Svg(graph));
}

}  // namespace lockdep::report
