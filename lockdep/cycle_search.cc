#include "lockdep/cycle_search.h"

#include <algorithm>

namespace lockdep {

CycleSearch::Path CycleSearch::FindPath(const DependencyGraph& graph, const Query& query,
                                        uint32_t class_count) {
  const auto visit = [&](State state) {
    const bool found = state.class_id == query.goal && (query.goal_exclusive || !state.weak);
    return found ? Verdict::kFound : Verdict::kGoOn;
  };
  Path path;
  const State start{query.start, query.start_recursive};
  Walk(graph, {start, Direction::kForwards}, class_count, visit, SearchedKinds, &path);
  return path;
}

CycleSearch::Path CycleSearch::PathTo(State state, Direction direction) {
  uint32_t length = 0;
  for (uint32_t at = IndexOf(state); marks_[at].edge != nullptr; at = marks_[at].parent) {
    path_[length++] = marks_[at].edge;
  }
  // From the end of the walk to its start: backwards, that is the path's own order.
  if (direction == Direction::kForwards) std::reverse(path_, path_ + length);
  return {path_, length};
}

bool CycleSearch::Prepare(uint32_t class_count) {
  head_ = 0;
  tail_ = 0;
  if (class_count >= capacity_) {
    uint32_t capacity = capacity_ == 0 ? 256 : capacity_;
    while (capacity <= class_count) capacity *= 2;
    const size_t states = size_t{capacity} * 2;
    auto* new_marks = arena_.NewArray<Mark>(states);
    auto* new_queue = arena_.NewArray<uint32_t>(states);
    auto** new_path = arena_.NewArray<const Dependency*>(states);
    if (new_marks == nullptr || new_queue == nullptr || new_path == nullptr) return false;
    marks_ = new_marks;
    queue_ = new_queue;
    path_ = new_path;
    capacity_ = capacity;
    generation_ = 0;
  }
  if (++generation_ == 0) {  // Wrapped: old marks would look new.
    for (size_t i = 0; i < size_t{capacity_} * 2; ++i) marks_[i].generation = 0;
    generation_ = 1;
  }
  return true;
}

}  // namespace lockdep
