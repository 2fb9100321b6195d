#include "tests/oracle/interruptions.h"

#include <algorithm>

namespace lockdep::oracle {
namespace {

template <typename T>
bool Has(const std::vector<T>& set, const T& element) {
  return std::find(set.begin(), set.end(), element) != set.end();
}

}  // namespace

void Interruptions::Add(const Usage& usage) {
  if (Has(usages_, usage)) return;
  usages_.push_back(usage);
  changed_ = true;
}

void Interruptions::Add(const Edge& edge, bool is_excused) {
  if (!all_.Add(edge)) return;
  usable_.Add(edge);
  if (is_excused) {
    all_.Excuse(edge);
    usable_.Excuse(edge);
  } else {
    added_.push_back(edge);
    changed_ = true;
  }
}

std::vector<int> Interruptions::Settle() {
  std::vector<int> contexts;
  if (!changed_) return contexts;
  for (const Connection& pair : Pairs()) {
    if (Has(connected_, pair) || !Closes(all_, pair)) continue;
    connected_.push_back(pair);
    if (Closes(usable_, pair) && !Has(contexts, pair.context)) contexts.push_back(pair.context);
  }
  for (const Edge& edge : added_) {
    for (const Connection& pair : Pairs()) {
      if (all_.Connects(pair.used, edge.from) && all_.Connects(edge.to, pair.enabled)) {
        usable_.Excuse(edge);
      }
    }
  }
  added_.clear();
  changed_ = false;
  std::sort(contexts.begin(), contexts.end());
  return contexts;
}

bool Interruptions::IsCycle(const Connection& connection, const std::vector<Edge>& path) const {
  for (size_t i = 0; i < path.size(); ++i) {
    if (!all_.Contains(path[i])) return false;
    if (i != 0 && (path[i - 1].to != path[i].from || !Blocks(path[i - 1], path[i]))) return false;
  }
  const ClassName first = path.empty() ? connection.enabled : path.front().from;
  const ClassName last = path.empty() ? connection.used : path.back().to;
  if (first != connection.used || last != connection.enabled) return false;
  const std::vector<Edge> interruptions = InterruptionsOf(connection);
  return std::any_of(interruptions.begin(), interruptions.end(), [&](const Edge& edge) {
    return path.empty() ? Blocks(edge, edge)
                        : Blocks(edge, path.front()) && Blocks(path.back(), edge);
  });
}

// As dependencies from the class that is held to the one that is used.
std::vector<Edge> Interruptions::InterruptionsOf(const Connection& connection) const {
  std::vector<Edge> edges;
  for (const Usage& held : usages_) {
    if (held.is_used || held.name != connection.enabled || held.context != connection.context) {
      continue;
    }
    for (const Usage& used : usages_) {
      if (!used.is_used || used.name != connection.used || used.context != connection.context) {
        continue;
      }
      edges.push_back({held.name, used.name, held.is_reader, used.is_reader});
    }
  }
  return edges;
}

// Of a class that is used and one that is enabled, in the same context.
std::vector<Connection> Interruptions::Pairs() const {
  std::vector<Connection> pairs;
  for (const Usage& used : usages_) {
    for (const Usage& held : usages_) {
      if (!used.is_used || held.is_used || used.context != held.context) continue;
      const Connection pair{used.name, held.name, used.context};
      if (!Has(pairs, pair)) pairs.push_back(pair);
    }
  }
  return pairs;
}

bool Interruptions::Closes(const Relation& dependencies, const Connection& connection) const {
  const std::vector<Edge> interruptions = InterruptionsOf(connection);
  return std::any_of(interruptions.begin(), interruptions.end(), [&](const Edge& edge) {
    return edge.from == edge.to ? Blocks(edge, edge) : dependencies.ClosedBy(edge).any();
  });
}

}  // namespace lockdep::oracle
