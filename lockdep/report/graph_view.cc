#include "lockdep/report/graph_view.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "lockdep/report/hot_edges.h"

namespace lockdep::report {
namespace {

class GraphViewBuilder {
 public:
  explicit GraphViewBuilder(const Report& report) : hot_(HotEdgesOf(report)) {}

  void Add(const ClassRow& row) {
    if (index_.try_emplace(row.name, view_.nodes.size()).second) view_.nodes.push_back({row});
  }

  void Add(const DependencyRow& row) {
    const bool is_hot = hot_.contains(std::make_pair(row.from, row.to));
    const size_t from = NodeNamed(row.from), to = NodeNamed(row.to);
    view_.nodes[from].in_finding |= is_hot;
    view_.nodes[to].in_finding |= is_hot;
    view_.edges.push_back({from, to, &row, is_hot});
  }

  GraphView Take() { return std::move(view_); }

 private:
  size_t NodeNamed(const std::string& name) {
    Add(ClassRow{.name = name, .kind = "lock"});
    return index_[name];
  }

  const HotEdges hot_;
  GraphView view_;
  absl::flat_hash_map<std::string, size_t> index_;
};

}  // namespace

GraphView ViewGraph(const Report& report) {
  GraphViewBuilder builder(report);
  for (const ClassRow& row : report.classes) builder.Add(row);
  for (const DependencyRow& row : report.dependencies) builder.Add(row);
  return builder.Take();
}

}  // namespace lockdep::report
