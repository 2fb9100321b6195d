// The dependency graph: classes as nodes, dependencies as edges, each with the
// witness that first showed it in each kind.  No search, no text.
//
// Invariants: (1) between two classes there is at most one edge; its kinds
// only grow; (2) every edge is in the successor list of its `from`, in the
// predecessor list of its `to`, and in the hash table; (3) an observed kind has exactly one
// witness; a declared edge has a declaration and may have none.
//
// Thread safety: needs the validator's graph lock.

#ifndef LOCKDEP_DEPENDENCY_GRAPH_H_
#define LOCKDEP_DEPENDENCY_GRAPH_H_

#include <cstdint>

#include "lockdep/declared_order.h"
#include "lockdep/dependency.h"
#include "lockdep/internal/arena.h"
#include "lockdep/internal/chained_table.h"
#include "lockdep/internal/class_array.h"
#include "lockdep/types.h"

namespace lockdep {

// How a dependency was first seen in one kind.
struct Witness {
  DependencyKind kind;
  ReadMode from_mode;
  ReadMode to_mode;
  ThreadId thread;
  const void* from_lock;
  const void* to_lock;
  StackId from_stack;
  StackId to_stack;
  Witness* next;
};

struct Dependency {
  ClassId from;
  ClassId to;
  DependencyMask kinds = 0;     // All kinds: observed and declared.
  DependencyMask observed = 0;  // The kinds that an execution showed.
  // The kinds that closed a cycle that was told, and all that came after them:
  // searches leave them out, so that one mistake is told once.
  DependencyMask reported = 0;
  // The kinds that connected contexts in a way that was told: searches of the
  // context rules leave them out.
  DependencyMask context_reported = 0;
  const DeclaredArc* declared = nullptr;
  Witness* witnesses = nullptr;
  Dependency* next_successor = nullptr;
  Dependency* next_predecessor = nullptr;
  Dependency* next_in_bucket = nullptr;

  uint64_t Hash() const { return HashOf(from, to); }
  static uint64_t HashOf(ClassId from, ClassId to) {
    const uint64_t both = uint64_t{static_cast<uint32_t>(from)} << 32 | static_cast<uint32_t>(to);
    const uint64_t mixed = both * 0x9e3779b97f4a7c15u;
    return mixed ^ mixed >> 32;
  }
};

// The kinds by which a search may go through the edge.
inline DependencyMask SearchedKinds(const Dependency& edge) { return edge.kinds & ~edge.reported; }

// The same for searches of the context rules.
inline DependencyMask ContextKinds(const Dependency& edge) {
  return SearchedKinds(edge) & ~edge.context_reported;
}

class DependencyGraph {
 public:
  explicit DependencyGraph(internal::Arena& arena) : arena_(arena), nodes_(arena), edges_(arena) {}

  // Returns the edge, or null.
  Dependency* Find(ClassId from, ClassId to) const;

  // Returns the edge, made without any kind if needed; null when memory ended.
  Dependency* Add(ClassId from, ClassId to);

  // Adds an observed kind.  Returns whether it is new; memory that ends counts as not new.
  bool AddWitness(Dependency& edge, const Witness& witness);

  // Takes out all edges of a class; their memory is used again.
  void Forget(ClassId id);

  // The first edge out of a class; follow `next_successor`.
  const Dependency* Successors(ClassId from) const { return First(from, Direction::kForwards); }

  // The first edge that a walk can take from a class, and the next one.
  const Dependency* First(ClassId id, Direction direction) const {
    if (!nodes_.Has(id)) return nullptr;
    return direction == Direction::kForwards ? nodes_[id].successors : nodes_[id].predecessors;
  }
  static const Dependency* Next(const Dependency& edge, Direction direction) {
    return direction == Direction::kForwards ? edge.next_successor : edge.next_predecessor;
  }
  // Where it leads.
  static ClassId Target(const Dependency& edge, Direction direction) {
    return direction == Direction::kForwards ? edge.to : edge.from;
  }

  uint64_t size() const { return edges_.size(); }
  // Edges that an execution showed, which declared arcs alone do not.
  uint64_t observed() const { return observed_; }

  // Aborts if an invariant is broken.  Slow; for tests.
  void CheckInvariants() const;

 private:
  struct Node {
    Dependency* successors;
    Dependency* predecessors;
  };

  void Free(Dependency* edge);
  void CheckEdge(const Dependency& edge) const;

  internal::Arena& arena_;
  internal::ClassArray<Node> nodes_;
  internal::ChainedTable<Dependency, &Dependency::next_in_bucket> edges_;
  uint64_t observed_ = 0;
  Dependency* free_edges_ = nullptr;  // By next_in_bucket.
  Witness* free_witnesses_ = nullptr;
};

}  // namespace lockdep

#endif  // LOCKDEP_DEPENDENCY_GRAPH_H_
