#include "lockdep/topological_order.h"

#include <algorithm>

#include "lockdep/internal/invariant.h"

namespace lockdep {
namespace {

constexpr bool IsFromStrong(DependencyMask kinds) { return (kinds & kSharedKinds) != 0; }
constexpr bool IsToStrong(DependencyMask kinds) { return (kinds & kNonRecursiveKinds) != 0; }

// The kinds whose arcs leave, or arrive at, a class reached so.
constexpr DependencyMask KindsAt(bool weak, Direction direction) {
  const DependencyMask strong =
      direction == Direction::kForwards ? kSharedKinds : kNonRecursiveKinds;
  return static_cast<DependencyMask>(weak ? ~strong : strong);
}

// Where the strongest of these arcs leads; from there, the others are arcs that
// lead no further.
constexpr bool LeadsToWeak(DependencyMask kinds, Direction direction) {
  return direction == Direction::kForwards ? !IsToStrong(kinds) : (kinds & ~kSharedKinds) != 0;
}

constexpr int Index(Direction direction) { return direction == Direction::kForwards ? 0 : 1; }

}  // namespace

bool TopologicalOrder::Reserve(ClassId id) {
  const uint32_t elements = (static_cast<uint32_t>(id) + 1) * 2;
  return list_.Reserve(id) && nodes_.Reserve(id) && ahead_.Reserve(elements) &&
         behind_.Reserve(elements);
}

bool TopologicalOrder::Insert(const DependencyGraph& graph, ClassId from, ClassId to,
                              DependencyKind kind) {
  if (gave_up_) return false;
  const Element source = ElementOf(from, !IsFromStrong(MaskOf(kind)));
  const Element target = ElementOf(to, !IsToStrong(MaskOf(kind)));
  PlaceNew(from, to);
  if (!list_.Precedes(source, target)) {
    if (source == target || SearchesMeet(graph, source, target)) return false;
    Reorder(source);
  }
  MarkOf(source).has_arcs[Index(Direction::kForwards)] = true;
  MarkOf(target).has_arcs[Index(Direction::kBackwards)] = true;
  return true;
}

// A class without arcs goes where the first one is in order.
void TopologicalOrder::PlaceNew(ClassId from, ClassId to) {
  if (!IsPlaced(from)) {
    PlaceAfter(IsPlaced(to) ? list_.Before(ElementOf(to, false)) : list_.last(), from);
  }
  if (!IsPlaced(to)) PlaceAfter(ElementOf(from, true), to);
}

void TopologicalOrder::PlaceAfter(Element place, ClassId id) {
  const Element both[] = {ElementOf(id, false), ElementOf(id, true)};
  list_.PlaceAfter(place, both);
}

void TopologicalOrder::BeginSearch() {
  ahead_.Clear();
  behind_.Clear();
  if (++generation_ != 0) return;
  // Wrapped: old marks would look new.
  for (uint32_t i = 0; i < nodes_.capacity(); ++i) {
    for (Mark& mark : nodes_[static_cast<ClassId>(i)].marks) mark.generation = 0;
  }
  generation_ = 1;
}

// Whether a path leads from target to source.
bool TopologicalOrder::SearchesMeet(const DependencyGraph& graph, Element source, Element target) {
  BeginSearch();
  Reach(graph, ahead_, target);
  Reach(graph, behind_, source);
  while (!ahead_.empty() && !behind_.empty() && list_.Precedes(ahead_.next(), behind_.next())) {
    if (Step(graph, ahead_, source) || Step(graph, behind_, target)) return true;
  }
  return false;
}

// Tries one arc; returns whether it leads to what the other search has reached.
// Nothing beyond the end, where that one started, can lead back.
bool TopologicalOrder::Step(const DependencyGraph& graph, internal::Frontier& search, Element end) {
  const Element there = NextNeighbour(search.next());
  if (there == Element::kNone) {
    search.Finish();
    return false;
  }
  const Mark& mark = MarkOf(there);
  if (mark.generation == generation_) return mark.direction != search.direction();
  const bool is_beyond = search.direction() == Direction::kForwards ? list_.Precedes(end, there)
                                                                    : list_.Precedes(there, end);
  if (!is_beyond) Reach(graph, search, there);
  return false;
}

void TopologicalOrder::Reach(const DependencyGraph& graph, internal::Frontier& search,
                             Element element) {
  Mark& mark = MarkOf(element);
  mark.generation = generation_;
  mark.direction = search.direction();
  const bool has_arcs = mark.has_arcs[Index(mark.direction)];
  mark.next = has_arcs ? graph.First(ClassOf(element), mark.direction) : nullptr;
  mark.tried_own_arc = IsWeak(element) == (mark.direction == Direction::kForwards);
  search.Add(element);
}

// Where the next arc of an element leads; kNone if it was the last.
TopologicalOrder::Element TopologicalOrder::NextNeighbour(Element element) {
  Mark& mark = MarkOf(element);
  const bool weak = IsWeak(element);
  if (!mark.tried_own_arc) {
    mark.tried_own_arc = true;
    return ElementOf(ClassOf(element), !weak);
  }
  while (mark.next != nullptr) {
    const Dependency& edge = *mark.next;
    mark.next = DependencyGraph::Next(edge, mark.direction);
    const DependencyMask kinds = SearchedKinds(edge) & KindsAt(weak, mark.direction);
    if (kinds == 0) continue;
    return ElementOf(DependencyGraph::Target(edge, mark.direction),
                     LeadsToWeak(kinds, mark.direction));
  }
  return Element::kNone;
}

// Where all that is ahead was tried, it goes behind the source.  Else the first
// that is due is the border: what was tried ahead moves up to it, and what was
// tried behind and stands beyond it moves before that.
void TopologicalOrder::Reorder(Element source) {
  const std::span<const Element> ahead = ahead_.tried();
  if (ahead_.empty()) {
    TakeOut(ahead);
    return list_.PlaceAfter(source, ahead);
  }
  const Element border = ahead_.next();
  std::span<Element> behind = behind_.tried();
  const auto is_beyond = [&](Element element) { return list_.Precedes(border, element); };
  behind = {behind.begin(), std::ranges::partition_point(behind, is_beyond)};
  std::ranges::reverse(behind);
  TakeOut(ahead);
  TakeOut(behind);
  const Element place = list_.Before(border);
  list_.PlaceAfter(place, ahead);
  list_.PlaceAfter(place, behind);
}

void TopologicalOrder::TakeOut(std::span<const Element> elements) {
  for (const Element element : elements) list_.Remove(element);
}

void TopologicalOrder::CheckInvariants(const DependencyGraph& graph) const {
  list_.CheckInvariants();
  for (uint32_t i = 1; i < nodes_.capacity() && !gave_up_; ++i) {
    const auto from = static_cast<ClassId>(i);
    for (const Dependency* edge = graph.Successors(from); edge != nullptr;
         edge = edge->next_successor) {
      for (int kind = 0; kind < kDependencyKinds; ++kind) {
        const DependencyMask mask = MaskOf(static_cast<DependencyKind>(kind));
        if ((SearchedKinds(*edge) & mask) == 0) continue;
        internal::Require(list_.Precedes(ElementOf(from, !IsFromStrong(mask)),
                                         ElementOf(edge->to, !IsToStrong(mask))));
      }
    }
    internal::Require(!IsPlaced(from) ||
                      list_.Precedes(ElementOf(from, false), ElementOf(from, true)));
  }
}

}  // namespace lockdep
