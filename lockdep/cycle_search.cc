#include "lockdep/cycle_search.h"

namespace lockdep {
namespace {

// A state is a class and whether it was reached by recursive read alone.
uint32_t StateOf(ClassId id, bool recursive) {
  return static_cast<uint32_t>(id) << 1 | static_cast<uint32_t>(recursive);
}
ClassId ClassOf(uint32_t state) { return static_cast<ClassId>(state >> 1); }
bool IsRecursive(uint32_t state) { return (state & 1) != 0; }

}  // namespace

struct CycleSearch::State {
  uint32_t generation;  // Visited if equal to the search's.
  uint32_t parent;
  const Dependency* edge;  // From parent to here; null at the start.
};

std::span<const Dependency* const> CycleSearch::FindPath(const DependencyGraph& graph,
                                                         const Query& query, uint32_t class_count) {
  out_of_memory_ = !Prepare(class_count);
  if (out_of_memory_) return {};

  const auto visited = [this](uint32_t state) { return states_[state].generation == generation_; };
  uint32_t head = 0;
  uint32_t tail = 0;
  const auto enqueue = [&](uint32_t state, uint32_t parent, const Dependency* edge) {
    states_[state] = {generation_, parent, edge};
    queue_[tail++] = state;
  };

  enqueue(StateOf(query.start, query.start_recursive), 0, nullptr);
  while (head < tail) {
    const uint32_t here = queue_[head++];
    for (const Dependency* edge = graph.Successors(ClassOf(here)); edge != nullptr;
         edge = edge->next_successor) {
      const DependencyMask kinds = StrongContinuations(SearchedKinds(*edge), IsRecursive(here));
      if (kinds == 0) continue;
      const bool recursive = ArrivesOnlyRecursive(kinds);
      const uint32_t there = StateOf(edge->to, recursive);
      // Having arrived without recursion allows all that recursion allows.
      if (visited(there) || visited(StateOf(edge->to, false))) continue;
      enqueue(there, here, edge);
      if (edge->to == query.goal && (query.goal_exclusive || !recursive)) return PathTo(there);
    }
  }
  return {};
}

std::span<const Dependency* const> CycleSearch::PathTo(uint32_t state) {
  uint32_t length = 0;
  for (uint32_t at = state; states_[at].edge != nullptr; at = states_[at].parent) ++length;
  uint32_t index = length;
  for (uint32_t at = state; states_[at].edge != nullptr; at = states_[at].parent) {
    path_[--index] = states_[at].edge;
  }
  return {path_, length};
}

bool CycleSearch::Prepare(uint32_t class_count) {
  if (class_count >= capacity_) {
    uint32_t capacity = capacity_ == 0 ? 256 : capacity_;
    while (capacity <= class_count) capacity *= 2;
    const size_t states = size_t{capacity} * 2;
    auto* new_states = arena_.NewArray<State>(states);
    auto* new_queue = arena_.NewArray<uint32_t>(states);
    auto** new_path = arena_.NewArray<const Dependency*>(states);
    if (new_states == nullptr || new_queue == nullptr || new_path == nullptr) return false;
    states_ = new_states;
    queue_ = new_queue;
    path_ = new_path;
    capacity_ = capacity;
    generation_ = 0;
  }
  if (++generation_ == 0) {  // Wrapped: old marks would look new.
    for (size_t i = 0; i < size_t{capacity_} * 2; ++i) states_[i].generation = 0;
    generation_ = 1;
  }
  return true;
}

}  // namespace lockdep
