#include "lockdep/order/pair_closure.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace lockdep::order {
namespace {

using Successors = absl::flat_hash_map<int, std::vector<const OrderedPair*>>;

// Breadth first, so that the way to each lock is a shortest one.
std::vector<OrderedPair> PairsFrom(int origin, const Successors& successors) {
  std::vector<OrderedPair> reached;
  absl::flat_hash_map<int, bool> is_known{{origin, true}};
  for (const OrderedPair* pair : successors.at(origin)) {
    if (is_known.try_emplace(pair->to, true).second) reached.push_back(*pair);
  }
  const size_t stated = reached.size();
  for (size_t i = 0; i < reached.size(); ++i) {
    const auto next = successors.find(reached[i].to);
    if (next == successors.end()) continue;
    const int first_arc = reached[i].first_arc;
    for (const OrderedPair* pair : next->second) {
      if (!is_known.try_emplace(pair->to, true).second) continue;
      reached.push_back({origin, pair->to, first_arc, pair->last_arc});
    }
  }
  reached.erase(reached.begin(), reached.begin() + static_cast<ptrdiff_t>(stated));
  return reached;
}

}  // namespace

std::optional<std::vector<OrderedPair>> ImpliedPairs(std::span<const OrderedPair> pairs,
                                                     size_t limit) {
  Successors successors;
  std::vector<int> origins;  // In the order of `pairs`: the result must not depend on hashes.
  for (const OrderedPair& pair : pairs) {
    auto [entry, is_new] = successors.try_emplace(pair.from);
    entry->second.push_back(&pair);
    if (is_new) origins.push_back(pair.from);
  }
  std::vector<OrderedPair> implied;
  for (const int origin : origins) {
    const std::vector<OrderedPair> more = PairsFrom(origin, successors);
    if (implied.size() + more.size() > limit) return std::nullopt;
    implied.insert(implied.end(), more.begin(), more.end());
  }
  return implied;
}

std::vector<int> Components(std::span<const OrderedPair> pairs, int lock_count) {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
  Graph graph(static_cast<size_t>(lock_count));
  for (const OrderedPair& pair : pairs) {
    boost::add_edge(static_cast<size_t>(pair.from), static_cast<size_t>(pair.to), graph);
  }
  std::vector<int> component(static_cast<size_t>(lock_count));
  boost::strong_components(graph, boost::make_iterator_property_map(
                                      component.begin(), boost::get(boost::vertex_index, graph)));
  return component;
}

}  // namespace lockdep::order
