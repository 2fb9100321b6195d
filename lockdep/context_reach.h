// For each class the contexts that paths over it connect: those enabled at the
// end of a strong path that leaves it, or those used at the start of one that
// arrives.  So a new dependency is known to connect nothing without a search.
//
// The sets may hold too much, after an edge was told or a class forgotten, and
// until Clear: they say where to search, never what to tell.
//
// Cost: constant for a dependency that brings nothing new.  Sets only grow, each
// of them 64 times at most.
//
// Thread safety: needs the validator's graph lock.

#ifndef LOCKDEP_CONTEXT_REACH_H_
#define LOCKDEP_CONTEXT_REACH_H_

#include <cstdint>

#include "lockdep/dependency_graph.h"
#include "lockdep/internal/arena.h"
#include "lockdep/internal/class_array.h"
#include "lockdep/types.h"
#include "lockdep/usage.h"

namespace lockdep {

class ContextReach {
 public:
  // kForwards: what a walk forwards from a class meets, so what is enabled;
  // kBackwards: what is used.
  ContextReach(internal::Arena& arena, Direction direction)
      : nodes_(arena), direction_(direction) {}

  // Makes room for a class; returns false when memory ended.  Paths over a class
  // that does not order contexts (LockRole) do not count.
  bool Reserve(ClassId id, LockRole role);

  // A class got usages.  REQUIRES: it is reserved.
  void AddUsage(const DependencyGraph& graph, ClassId id, const UsageSets& usage);
  // An edge came into use, or got kinds.  REQUIRES: both its classes are reserved.
  void AddEdge(const DependencyGraph& graph, const Dependency& edge);

  // What a walk that reached the class so may meet, the class included.
  ContextSet At(ClassId id, bool weak) const { return nodes_[id].contexts[weak ? 1 : 0]; }

  // Forgets all usages and edges.
  void Clear();

 private:
  struct Node {
    ContextSet contexts[2];  // Reached not weakly, weakly.
    ClassId next_due;        // In the list of those whose neighbours must hear of them.
    bool is_due;
    bool left_out;
  };

  void Raise(ClassId id, bool weak, ContextSet contexts);
  void Learn(const Dependency& edge);
  void Settle(const DependencyGraph& graph);

  internal::ClassArray<Node> nodes_;
  const Direction direction_;
  ClassId due_ = ClassId::kNone;
};

}  // namespace lockdep

#endif  // LOCKDEP_CONTEXT_REACH_H_
