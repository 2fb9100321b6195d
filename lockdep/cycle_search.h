// Breadth-first search for a strong path, which with one new dependency, or
// with an interruption, closes a cycle that can deadlock.
//
// The search runs over pairs (class, reached weakly): a class may be crossed in
// two ways, and a way that was open to the first arrival can be closed to the
// second.
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

  // The edges of a path from its first class to its last, whichever way it was
  // walked.  Valid until the next search.
  using Path = std::span<const Dependency* const>;

  // A class, and whether it was reached weakly (dependency.h).
  struct State {
    ClassId class_id;
    bool weak;
  };

  enum class Verdict : uint8_t { kGoOn, kLeaveOut, kFound };

  struct Query {
    ClassId start;
    bool start_recursive;  // The start was taken as a recursive read.
    ClassId goal;
    bool goal_exclusive;  // The goal is held exclusively.
  };

  // Returns the edges of a shortest strong path from start to goal; empty if
  // there is none.  Kinds that were reported do not count.
  Path FindPath(const DependencyGraph& graph, const Query& query, uint32_t class_count);

  // Where a walk starts and which way it goes.
  struct Departure {
    State start;
    Direction direction;
  };

  // Walks from `start` along the `kinds_of(const Dependency&) -> DependencyMask` and
  // asks `visit(State) -> Verdict` about it and each state reached.  Returns
  // whether a state was found; `*path` are the edges to it, none if it is the start.
  template <typename Visit, typename KindsOf>
  bool Walk(const DependencyGraph& graph, Departure from, uint32_t class_count, const Visit& visit,
            const KindsOf& kinds_of, Path* path);

  // True if the last search gave up because memory ended.
  bool out_of_memory() const { return out_of_memory_; }

 private:
  struct Mark {
    uint32_t generation;  // Visited if equal to the search's.
    uint32_t parent;
    const Dependency* edge;  // From parent to here; null at the start.
  };

  static uint32_t IndexOf(State state) {
    return static_cast<uint32_t>(state.class_id) << 1 | static_cast<uint32_t>(state.weak);
  }
  static State StateOf(uint32_t index) {
    return {static_cast<ClassId>(index >> 1), (index & 1) != 0};
  }

  bool Prepare(uint32_t class_count);
  bool IsVisited(State state) const { return marks_[IndexOf(state)].generation == generation_; }
  void Enqueue(State state, uint32_t parent, const Dependency* edge) {
    marks_[IndexOf(state)] = {generation_, parent, edge};
    queue_[tail_++] = IndexOf(state);
  }
  Path PathTo(State state, Direction direction);

  internal::Arena& arena_;
  Mark* marks_ = nullptr;  // One for each state.
  uint32_t* queue_ = nullptr;
  const Dependency** path_ = nullptr;
  uint32_t capacity_ = 0;  // Classes that the three arrays have room for.
  uint32_t generation_ = 0;
  uint32_t head_ = 0;
  uint32_t tail_ = 0;
  bool out_of_memory_ = false;
};

template <typename Visit, typename KindsOf>
bool CycleSearch::Walk(const DependencyGraph& graph, Departure from, uint32_t class_count,
                       const Visit& visit, const KindsOf& kinds_of, Path* path) {
  const auto [start, direction] = from;
  out_of_memory_ = !Prepare(class_count);
  *path = {};
  if (out_of_memory_) return false;
  const Verdict at_start = visit(start);
  if (at_start != Verdict::kGoOn) return at_start == Verdict::kFound;

  Enqueue(start, 0, nullptr);
  while (head_ < tail_) {
    const State here = StateOf(queue_[head_++]);
    for (const Dependency* edge = graph.First(here.class_id, direction); edge != nullptr;
         edge = DependencyGraph::Next(*edge, direction)) {
      const DependencyMask kinds = StrongContinuations(kinds_of(*edge), here.weak, direction);
      if (kinds == 0) continue;
      const State there{DependencyGraph::Target(*edge, direction), ReachesWeakly(kinds, direction)};
      // Having arrived without weakness allows all that weakness allows.
      if (IsVisited(there) || IsVisited({there.class_id, false})) continue;
      const Verdict verdict = visit(there);
      if (verdict != Verdict::kLeaveOut) Enqueue(there, IndexOf(here), edge);
      if (verdict != Verdict::kFound) continue;
      *path = PathTo(there, direction);
      return true;
    }
  }
  return false;
}

}  // namespace lockdep

#endif  // LOCKDEP_CYCLE_SEARCH_H_
