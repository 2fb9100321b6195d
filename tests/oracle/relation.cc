#include "tests/oracle/relation.h"

#include <algorithm>

namespace lockdep::oracle {
namespace {

template <typename T>
bool Has(const std::vector<T>& set, const T& element) {
  return std::find(set.begin(), set.end(), element) != set.end();
}

Pair PairOf(const Edge& edge) { return {edge.from, edge.to}; }

bool Crosses(const std::vector<Edge>& path, ClassName name) {
  return std::any_of(path.begin(), path.end(),
                     [name](const Edge& edge) { return edge.from == name; });
}

}  // namespace

Edge MakeEdge(ClassName from, ReadMode held, ClassName to, ReadMode taken) {
  return {.from = from,
          .to = to,
          .shared = held != ReadMode::kWrite,
          .recursive = taken == ReadMode::kRecursiveRead};
}

std::string Format(const Edge& edge) {
  return Format(edge.from) + " -" + (edge.shared ? "S" : "E") + (edge.recursive ? "R" : "N") +
         "-> " + Format(edge.to);
}

bool Blocks(const Edge& in, const Edge& out) { return !(in.recursive && out.shared); }

bool Relation::Add(const Edge& edge) {
  if (Has(edges_, edge)) return false;
  edges_.push_back(edge);
  return true;
}

void Relation::Declare(Pair pair) {
  if (!IsDeclared(pair)) declared_.push_back(pair);
  Add({.from = pair.from, .to = pair.to, .shared = false, .recursive = false});
}

void Relation::KeepOnly(const Relation& other) {
  const auto is_gone = [&other](const Edge& edge) { return !other.Contains(edge); };
  std::erase_if(edges_, is_gone);
  std::erase_if(excused_, is_gone);
  std::erase_if(declared_, [this](Pair pair) {
    return std::none_of(edges_.begin(), edges_.end(),
                        [pair](const Edge& edge) { return PairOf(edge) == pair; });
  });
}

void Relation::Excuse(const Edge& edge) {
  if (!IsExcused(edge)) excused_.push_back(edge);
}

bool Relation::Contains(const Edge& edge) const { return Has(edges_, edge); }
bool Relation::IsExcused(const Edge& edge) const { return Has(excused_, edge); }
bool Relation::IsExcused(Pair pair) const {
  return std::any_of(excused_.begin(), excused_.end(),
                     [pair](const Edge& edge) { return PairOf(edge) == pair; });
}
bool Relation::IsDeclared(Pair pair) const { return Has(declared_, pair); }

Relation::Cycles Relation::ClosedBy(const Edge& closing) const {
  Cycles found;
  std::vector<Edge> path = {closing};
  Extend(path, closing, found);
  return found;
}

void Relation::Extend(std::vector<Edge>& path, const Edge& closing, Cycles& found) const {
  for (const Edge& next : edges_) {
    if (found.all_observed && (found.some_declared || declared_.empty())) return;
    if (next.from != path.back().to || !Blocks(path.back(), next)) continue;
    if (IsExcused(next)) continue;
    path.push_back(next);
    if (next.to != closing.from) {
      if (!Crosses(path, next.to)) Extend(path, closing, found);
    } else if (Blocks(next, closing)) {
      const bool declared = std::any_of(path.begin() + 1, path.end(), [this](const Edge& edge) {
        return IsDeclared(PairOf(edge));
      });
      (declared ? found.some_declared : found.all_observed) = true;
    }
    path.pop_back();
  }
}

bool Relation::Connects(ClassName from, ClassName to) const {
  std::vector<ClassName> reached = {from};
  for (size_t i = 0; i < reached.size(); ++i) {
    for (const Edge& edge : edges_) {
      if (edge.from == reached[i] && !Has(reached, edge.to)) reached.push_back(edge.to);
    }
  }
  return Has(reached, to);
}

bool Relation::IsStrongCycle(const std::vector<Edge>& steps) const {
  for (size_t i = 0; i < steps.size(); ++i) {
    const Edge& next = steps[(i + 1) % steps.size()];
    if (!Contains(steps[i]) || steps[i].to != next.from || !Blocks(steps[i], next)) return false;
  }
  return steps.size() >= 2;
}

bool Relation::Implies(const Edge& edge) const {
  std::vector<Edge> path;
  return Reach(path, edge);
}

bool Relation::Reach(std::vector<Edge>& path, const Edge& goal) const {
  const ClassName here = path.empty() ? goal.from : path.back().to;
  for (const Edge& next : edges_) {
    if (next.from != here || IsExcused(next)) continue;
    if (path.empty() ? next.shared && !goal.shared : !Blocks(path.back(), next)) continue;
    if (next.to == goal.to && (!next.recursive || goal.recursive)) return true;
    if (next.to == goal.to || Crosses(path, next.to) || next.to == goal.from) continue;
    path.push_back(next);
    const bool reached = Reach(path, goal);
    path.pop_back();
    if (reached) return true;
  }
  return false;
}

}  // namespace lockdep::oracle
