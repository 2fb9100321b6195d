#include "lockdep/context_reach.h"

namespace lockdep {

bool ContextReach::Reserve(ClassId id, LockRole role) {
  if (!nodes_.Reserve(id)) return false;
  nodes_[id].left_out = role != LockRole::kLock;
  return true;
}

void ContextReach::AddUsage(const DependencyGraph& graph, ClassId id, const UsageSets& usage) {
  for (const bool weak : {false, true}) {
    Raise(id, weak, direction_ == Direction::kForwards ? usage.Enabled(weak) : usage.Used(weak));
  }
  Settle(graph);
}

void ContextReach::AddEdge(const DependencyGraph& graph, const Dependency& edge) {
  Learn(edge);
  Settle(graph);
}

// Adds to a class, and lists it if that was news.
void ContextReach::Raise(ClassId id, bool weak, ContextSet contexts) {
  Node& node = nodes_[id];
  ContextSet& known = node.contexts[weak ? 1 : 0];
  if (node.left_out || (contexts & ~known) == 0) return;
  known |= contexts;
  if (!node.is_due) {
    node.is_due = true;
    node.next_due = due_;
    due_ = id;
  }
}

// Gives what the end of an edge meets to its start, in the sense of the walk.
void ContextReach::Learn(const Dependency& edge) {
  const bool forwards = direction_ == Direction::kForwards;
  const ClassId start = forwards ? edge.from : edge.to;
  const ClassId end = forwards ? edge.to : edge.from;
  for (const bool weak : {false, true}) {
    const DependencyMask kinds = StrongContinuations(ContextKinds(edge), weak, direction_);
    if (kinds != 0) Raise(start, weak, At(end, ReachesWeakly(kinds, direction_)));
  }
}

// Until nobody has anything to tell.
void ContextReach::Settle(const DependencyGraph& graph) {
  const Direction back =
      direction_ == Direction::kForwards ? Direction::kBackwards : Direction::kForwards;
  while (due_ != ClassId::kNone) {
    const ClassId id = due_;
    due_ = nodes_[id].next_due;
    nodes_[id].is_due = false;
    for (const Dependency* edge = graph.First(id, back); edge != nullptr;
         edge = DependencyGraph::Next(*edge, back)) {
      Learn(*edge);
    }
  }
}

void ContextReach::Clear() {
  for (uint32_t i = 0; i < nodes_.capacity(); ++i) {
    Node& node = nodes_[static_cast<ClassId>(i)];
    node.contexts[0] = node.contexts[1] = 0;
  }
}

}  // namespace lockdep
