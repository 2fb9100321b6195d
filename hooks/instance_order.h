// Which lock of a class was taken while which other one of the same class was
// held.  A class is no more than "locks made in the same way", and programs nest
// those in orders that no class can tell: by address, hand over hand along a
// list, parent before child.  So nesting within a class is judged lock by lock,
// and is a mistake only if the locks contradict each other.
//
// Invariants: (1) edges connect locks that live; the end of a lock takes its
// edges along; (2) ranks grow along every edge that closed no cycle, so that
// most new edges need no search.
//
// Thread safety: needs the validator's graph lock.
// Cost: an edge that goes up in rank, which is nearly every one, costs nothing
// but its memory; another one a walk over what can be reached from its end.

#ifndef LOCKDEP_HOOKS_INSTANCE_ORDER_H_
#define LOCKDEP_HOOKS_INSTANCE_ORDER_H_

#include <cstddef>
#include <cstdint>

#include "hooks/cells.h"
#include "hooks/scratch_array.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

struct LockRecord;
struct InstanceNode;

// One lock was waited for while the other was held.
struct Nesting {
  LockRecord* from;
  LockRecord* to;
  ReadMode from_mode;
  ReadMode to_mode;
  ThreadId thread;
  StackId from_stack;
  StackId to_stack;
};

class InstanceOrder {
 public:
  // The steps of a cycle, the new one last.
  using Cycle = ScratchArray<Nesting, 16>;

  // Adds a nesting.  Returns whether it contradicts others, and how; never when memory ended.
  bool Add(const Nesting& nesting, Cycle* cycle);

  // The lock ends.
  void Forget(LockRecord* lock);

 private:
  struct Edge;
  friend struct InstanceNode;

  InstanceNode* NodeOf(LockRecord* lock);
  Edge* Link(const Nesting& nesting, InstanceNode* from, InstanceNode* to);
  void Unlink(Edge* edge);
  void RaiseVisited(InstanceNode* first);
  static Edge* FindEdge(const InstanceNode& from, const InstanceNode& to);
  bool Reaches(InstanceNode* start, const InstanceNode* goal);
  static size_t LinkPath(InstanceNode* goal);
  static bool MakeCycle(const Nesting& closing, InstanceNode* start, InstanceNode* goal,
                        Cycle* cycle);

  Cells cells_;
  uint64_t next_rank_ = 1;
  uint64_t generation_ = 0;
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_INSTANCE_ORDER_H_
