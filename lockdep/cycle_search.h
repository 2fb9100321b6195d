// Breadth-first search for a strong path, which with one new dependency closes
// a cycle that can deadlock.
//
// The search runs over pairs (class, arrived by recursive read only): a class
// may be crossed in two ways, and a way that was open to the first arrival can
// be closed to the second.
//
// Source: linux v6.12 kernel/locking/lockdep.c, __bfs() and check_noncircular();
// the pairs are ours, since marking a class once can hide a strong path.
//
// Thread safety: needs the validator's graph lock.  Cost: linear in the edges reached.

#ifndef LOCKDEP_CYCLE_SEARCH_H_
#define LOCKDEP_CYCLE_SEARCH_H_

#include <cstdint>
#include <span>

#include "lockdep/dependency_graph.h"
#include "lockdep/internal/arena.h"
#include "lockdep/types.h"

namespace lockdep {

class CycleSearch {
 public:
  explicit CycleSearch(internal::Arena& arena) : arena_(arena) {}

  struct Query {
    ClassId start;
    bool start_recursive;  // The start was taken as a recursive read.
    ClassId goal;
    bool goal_exclusive;  // The goal is held exclusively.
  };

  // Returns the edges of a shortest strong path from start to goal, in order;
  // empty if there is none.  Kinds that were reported do not count.  Valid until
  // the next call.
  std::span<const Dependency* const> FindPath(const DependencyGraph& graph, const Query& query,
                                              uint32_t class_count);

  // True if the last FindPath gave up because memory ended.
  bool out_of_memory() const { return out_of_memory_; }

 private:
  struct State;  // One (class, recursive) pair.

  bool Prepare(uint32_t class_count);
  std::span<const Dependency* const> PathTo(uint32_t state);

  internal::Arena& arena_;
  State* states_ = nullptr;
  uint32_t* queue_ = nullptr;
  const Dependency** path_ = nullptr;
  uint32_t capacity_ = 0;  // Classes that the three arrays have room for.
  uint32_t generation_ = 0;
  bool out_of_memory_ = false;
};

}  // namespace lockdep

#endif  // LOCKDEP_CYCLE_SEARCH_H_
