#include "hooks/instance_order.h"

#include <algorithm>
#include <new>

#include "hooks/grading.h"
#include "hooks/lock_identity.h"

namespace lockdep::hooks {

struct InstanceOrder::Edge {
  InstanceNode* from;
  InstanceNode* to;
  DependencyMask kinds;
  Nesting nesting;
  Edge* next_out;
  Edge* previous_out;
  Edge* next_in;
  Edge* previous_in;
};

struct InstanceNode {
  LockRecord* lock;
  InstanceOrder::Edge* out;
  InstanceOrder::Edge* in;
  uint64_t rank;
  // Of the last search that came here: over which edge, and what it visited next.
  uint64_t generation;
  InstanceOrder::Edge* by;
  InstanceNode* next_visited;
};

static_assert(sizeof(InstanceNode) <= kCellSize);

namespace {

DependencyKind KindOf(const Nesting& nesting) {
  return Classify(nesting.from_mode, nesting.to_mode);
}

// Sorts a list of nodes by rank: a merge sort.
InstanceNode* SortByRank(InstanceNode* first) {
  if (first == nullptr || first->next_visited == nullptr) return first;
  InstanceNode* middle = first;
  for (InstanceNode* ahead = first->next_visited;
       ahead != nullptr && ahead->next_visited != nullptr;
       ahead = ahead->next_visited->next_visited) {
    middle = middle->next_visited;
  }
  InstanceNode* right = SortByRank(middle->next_visited);
  middle->next_visited = nullptr;
  InstanceNode* left = SortByRank(first);
  InstanceNode* sorted = nullptr;
  for (InstanceNode** tail = &sorted; left != nullptr || right != nullptr;
       tail = &(*tail)->next_visited) {
    InstanceNode*& least =
        right == nullptr || (left != nullptr && left->rank < right->rank) ? left : right;
    *tail = least;
    least = least->next_visited;
  }
  return sorted;
}

}  // namespace

InstanceNode* InstanceOrder::NodeOf(LockRecord* lock) {
  if (lock->node == nullptr) {
    void* cell = cells_.Allocate();
    if (cell == nullptr) return nullptr;
    lock->node = new (cell) InstanceNode{.lock = lock,
                                         .out = nullptr,
                                         .in = nullptr,
                                         .rank = next_rank_++,
                                         .generation = 0,
                                         .by = nullptr,
                                         .next_visited = nullptr};
  }
  return lock->node;
}

// Walks both lists at once: a lock may be nested in very many others.
InstanceOrder::Edge* InstanceOrder::FindEdge(const InstanceNode& from, const InstanceNode& to) {
  Edge* out = from.out;
  for (Edge* in = to.in; in != nullptr && out != nullptr; in = in->next_in, out = out->next_out) {
    if (in->from == &from) return in;
    if (out->to == &to) return out;
  }
  return nullptr;
}

InstanceOrder::Edge* InstanceOrder::Link(const Nesting& nesting, InstanceNode* from,
                                         InstanceNode* to) {
  void* cell = cells_.Allocate();
  if (cell == nullptr) return nullptr;
  auto* edge = new (cell) Edge{.from = from,
                               .to = to,
                               .kinds = 0,
                               .nesting = nesting,
                               .next_out = from->out,
                               .previous_out = nullptr,
                               .next_in = to->in,
                               .previous_in = nullptr};
  if (from->out != nullptr) from->out->previous_out = edge;
  if (to->in != nullptr) to->in->previous_in = edge;
  from->out = to->in = edge;
  return edge;
}

void InstanceOrder::Unlink(Edge* edge) {
  (edge->previous_out != nullptr ? edge->previous_out->next_out : edge->from->out) = edge->next_out;
  if (edge->next_out != nullptr) edge->next_out->previous_out = edge->previous_out;
  (edge->previous_in != nullptr ? edge->previous_in->next_in : edge->to->in) = edge->next_in;
  if (edge->next_in != nullptr) edge->next_in->previous_in = edge->previous_in;
  grading.Forget({InstanceKey(edge->from->lock->number), InstanceKey(edge->to->lock->number)});
  cells_.Free(edge);
}

void InstanceOrder::Forget(LockRecord* lock) {
  InstanceNode* node = lock->node;
  if (node == nullptr) return;
  while (node->out != nullptr) Unlink(node->out);
  while (node->in != nullptr) Unlink(node->in);
  cells_.Free(node);
  lock->node = nullptr;
}

// Visits all that can be reached from `start`, and links what it visits into a
// list; returns whether `goal` is among it.
bool InstanceOrder::Reaches(InstanceNode* start, const InstanceNode* goal) {
  ++generation_;
  start->generation = generation_;
  start->by = nullptr;
  start->next_visited = nullptr;
  InstanceNode* last = start;
  for (InstanceNode* node = start; node != nullptr; node = node->next_visited) {
    if (node == goal) return true;
    for (Edge* edge = node->out; edge != nullptr; edge = edge->next_out) {
      InstanceNode* next = edge->to;
      if (next->generation == generation_) continue;
      next->generation = generation_;
      next->by = edge;
      next->next_visited = nullptr;
      last = last->next_visited = next;
    }
  }
  return false;
}

// Everything that can be reached from `to` goes above everything else, in the order it had.
void InstanceOrder::RaiseVisited(InstanceNode* first) {
  for (InstanceNode* node = SortByRank(first); node != nullptr; node = node->next_visited) {
    node->rank = next_rank_++;
  }
}

// Has the list of what was visited lead along the path to `goal`; returns its length.
size_t InstanceOrder::LinkPath(InstanceNode* goal) {
  size_t length = 0;
  for (InstanceNode* node = goal; node->by != nullptr; node = node->by->from, ++length) {
    node->by->from->next_visited = node;
  }
  return length;
}

// The path that the search found, and the step that closes it.  A recursive reader
// does not wait for somebody who only reads: where such steps meet, nobody is stuck.
bool InstanceOrder::MakeCycle(const Nesting& closing, InstanceNode* start, InstanceNode* goal,
                              Cycle* cycle) {
  const size_t length = LinkPath(goal);
  if (!cycle->Make(length + 1)) return false;
  bool arrives_weakly = ReachesWeakly(MaskOf(KindOf(closing)));
  const InstanceNode* node = start;
  for (size_t i = 0; i < length; ++i) {
    node = node->next_visited;
    const DependencyMask open = StrongContinuations(node->by->kinds, arrives_weakly);
    if (open == 0) return false;
    arrives_weakly = ReachesWeakly(open);
    (*cycle)[i] = node->by->nesting;
  }
  (*cycle)[length] = closing;
  return !arrives_weakly || closing.from_mode == ReadMode::kWrite;
}

bool InstanceOrder::Add(const Nesting& nesting, Cycle* cycle) {
  InstanceNode* from = NodeOf(nesting.from);
  InstanceNode* to = NodeOf(nesting.to);
  if (from == nullptr || to == nullptr) return false;
  Edge* edge = FindEdge(*from, *to);
  if (edge == nullptr) edge = Link(nesting, from, to);
  if (edge == nullptr || (edge->kinds & MaskOf(KindOf(nesting))) != 0) return false;
  edge->kinds |= MaskOf(KindOf(nesting));
  if (from->rank < to->rank) return false;
  if (Reaches(to, from)) return MakeCycle(nesting, to, from, cycle);
  RaiseVisited(to);
  return false;
}

}  // namespace lockdep::hooks
