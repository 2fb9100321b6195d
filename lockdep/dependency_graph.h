// The dependency graph: classes as nodes, dependencies as edges, each with the
// witness that first showed it in each kind.  No search, no text.
//
// Invariants: (1) between two classes there is at most one edge; its kinds
// only grow; (2) every edge is in the successor list of its `from`, and in the
// hash table; (3) an observed kind has exactly one witness; a declared edge
// has a declaration and may have none.
//
// Thread safety: needs the validator's graph lock.

#ifndef LOCKDEP_DEPENDENCY_GRAPH_H_
#define LOCKDEP_DEPENDENCY_GRAPH_H_

#include <cstdint>

#include "lockdep/declared_order.h"
#include "lockdep/dependency.h"
#include "lockdep/internal/arena.h"
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
  const Witness* next;
};

struct Dependency {
  ClassId from;
  ClassId to;
  DependencyMask kinds = 0;     // All kinds: observed and declared.
  DependencyMask observed = 0;  // The kinds that an execution showed.
  // The kinds that closed a cycle that was told, and all that came after them:
  // searches leave them out, so that one mistake is told once.
  DependencyMask reported = 0;
  const DeclaredArc* declared = nullptr;
  const Witness* witnesses = nullptr;
  Dependency* next_successor = nullptr;
  Dependency* next_in_bucket = nullptr;
};

// The kinds by which a search may go through the edge.
inline DependencyMask SearchedKinds(const Dependency& edge) { return edge.kinds & ~edge.reported; }

class DependencyGraph {
 public:
  explicit DependencyGraph(internal::Arena& arena) : arena_(arena) {}

  // Returns the edge, or null.
  Dependency* Find(ClassId from, ClassId to) const;

  // Returns the edge, made without any kind if needed; null when memory ended.
  Dependency* Add(ClassId from, ClassId to);

  // Adds an observed kind.  Returns whether it is new; memory that ends counts as not new.
  bool AddWitness(Dependency& edge, const Witness& witness);

  // The first edge out of a class; follow `next_successor`.
  const Dependency* Successors(ClassId from) const;

  uint64_t size() const { return size_; }

  // Aborts if an invariant is broken.  Slow; for tests.
  void CheckInvariants() const;

 private:
  bool ReserveNode(ClassId id);
  bool GrowTable();

  internal::Arena& arena_;
  Dependency** heads_ = nullptr;  // Indexed by class id.
  uint32_t head_capacity_ = 0;
  Dependency** buckets_ = nullptr;
  uint64_t bucket_mask_ = 0;
  uint64_t size_ = 0;
};

}  // namespace lockdep

#endif  // LOCKDEP_DEPENDENCY_GRAPH_H_
