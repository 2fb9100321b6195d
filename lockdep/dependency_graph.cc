#include "lockdep/dependency_graph.h"

#include "lockdep/internal/invariant.h"

namespace lockdep {
namespace {

using internal::Require;

// Takes an edge out of a list that goes on by `next`.
void Unlink(Dependency** link, Dependency* Dependency::*next, const Dependency* edge) {
  while (*link != edge) link = &((*link)->*next);
  *link = edge->*next;
}

// Returns memory that was given back, or new; null when memory ended.
template <typename T>
T* Take(internal::Arena& arena, T*& free, T* T::*next) {
  T* taken = free;
  if (taken == nullptr) return arena.New<T>();
  free = taken->*next;
  *taken = T{};
  return taken;
}

}  // namespace

Dependency* DependencyGraph::Find(ClassId from, ClassId to) const {
  return edges_.Find(Dependency::HashOf(from, to),
                     [=](const Dependency& edge) { return edge.from == from && edge.to == to; });
}

Dependency* DependencyGraph::Add(ClassId from, ClassId to) {
  if (Dependency* edge = Find(from, to)) return edge;
  if (!nodes_.Reserve(from) || !nodes_.Reserve(to) || !edges_.Reserve()) return nullptr;
  Dependency* edge = Take(arena_, free_edges_, &Dependency::next_in_bucket);
  if (edge == nullptr) return nullptr;
  edge->from = from;
  edge->to = to;
  edge->next_successor = nodes_[from].successors;
  nodes_[from].successors = edge;
  edge->next_predecessor = nodes_[to].predecessors;
  nodes_[to].predecessors = edge;
  edges_.Insert(edge);
  return edge;
}

bool DependencyGraph::AddWitness(Dependency& edge, const Witness& witness) {
  const DependencyMask mask = MaskOf(witness.kind);
  if ((edge.observed & mask) != 0) return false;
  Witness* kept = Take(arena_, free_witnesses_, &Witness::next);
  if (kept == nullptr) return false;
  *kept = witness;
  kept->next = edge.witnesses;
  edge.witnesses = kept;
  if (edge.observed == 0) ++observed_;
  edge.observed |= mask;
  edge.kinds |= mask;
  return true;
}

void DependencyGraph::Forget(ClassId id) {
  if (!nodes_.Has(id)) return;
  Node& node = nodes_[id];
  for (Dependency* edge = node.successors; edge != nullptr; edge = edge->next_successor) {
    Unlink(&nodes_[edge->to].predecessors, &Dependency::next_predecessor, edge);
  }
  for (Dependency* edge = node.predecessors; edge != nullptr; edge = edge->next_predecessor) {
    Unlink(&nodes_[edge->from].successors, &Dependency::next_successor, edge);
  }
  for (Dependency* next; node.successors != nullptr; node.successors = next) {
    next = node.successors->next_successor;
    Free(node.successors);
  }
  for (Dependency* next; node.predecessors != nullptr; node.predecessors = next) {
    next = node.predecessors->next_predecessor;
    Free(node.predecessors);
  }
}

void DependencyGraph::Free(Dependency* edge) {
  edges_.Remove(edge);
  if (edge->observed != 0) --observed_;
  while (Witness* witness = edge->witnesses) {
    edge->witnesses = witness->next;
    witness->next = free_witnesses_;
    free_witnesses_ = witness;
  }
  edge->next_in_bucket = free_edges_;
  free_edges_ = edge;
}

void DependencyGraph::CheckInvariants() const {
  uint64_t out = 0;
  uint64_t in = 0;
  uint64_t seen = 0;
  for (uint32_t i = 0; i < nodes_.capacity(); ++i) {
    const auto node = static_cast<ClassId>(i);
    for (const Dependency* edge = nodes_[node].successors; edge != nullptr;
         edge = edge->next_successor) {
      ++out;
      if (edge->observed != 0) ++seen;
      Require(edge->from == node);
      CheckEdge(*edge);
    }
    for (const Dependency* edge = nodes_[node].predecessors; edge != nullptr;
         edge = edge->next_predecessor) {
      ++in;
      Require(edge->to == node);
    }
  }
  Require(out == size());
  Require(in == size());
  Require(seen == observed_);
}

void DependencyGraph::CheckEdge(const Dependency& edge) const {
  Require(Find(edge.from, edge.to) == &edge);
  DependencyMask witnessed = 0;
  for (const Witness* witness = edge.witnesses; witness != nullptr; witness = witness->next) {
    Require((witnessed & MaskOf(witness->kind)) == 0);
    Require(Classify(witness->from_mode, witness->to_mode) == witness->kind);
    witnessed |= MaskOf(witness->kind);
  }
  Require(witnessed == edge.observed);
  Require((edge.observed & ~edge.kinds) == 0);
  Require((edge.reported & ~edge.kinds) == 0);
  Require(edge.declared != nullptr || edge.observed == edge.kinds);
}

}  // namespace lockdep
