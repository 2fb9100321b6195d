// A topological order that grows with the graph and tells, mostly without a
// search, whether a new dependency closes a strong cycle.
//
// What is ordered are the ways of reaching a class: strongly, or weakly
// (dependency.h).  A dependency of kind xy is one arc, from `from` reached weakly
// if x is E, else strongly, to `to` reached weakly if y is R, else strongly; and an
// arc leads from each class reached strongly to the same one reached weakly.  So
// closed walks along arcs are strong cycles, and the other way round.  As a kind
// that closes one is left out of all searches, an order always exists.
//
// Invariant: the order holds for every arc that searches may use.
//
// Cost: constant for a dependency that follows the order.  For one that does not,
// two searches, forwards from its end and backwards from its start, go towards
// each other along the order until they meet or pass: O(sqrt(m)) arcs, amortised
// over m dependencies in whatever sequence they come.
//
// Source: Haeupler, Kavitha, Mathew, Sen and Tarjan, "Incremental Cycle Detection,
// Topological Ordering, and Strong Component Maintenance", ACM Transactions on
// Algorithms 8, 2012, doi:10.1145/2071379.2071382, sections 3 and 4 (compatible
// two-way search); that ways of crossing are ordered is ours.
//
// Thread safety: needs the validator's graph lock.

#ifndef LOCKDEP_TOPOLOGICAL_ORDER_H_
#define LOCKDEP_TOPOLOGICAL_ORDER_H_

#include <cstdint>
#include <span>

#include "lockdep/dependency.h"
#include "lockdep/dependency_graph.h"
#include "lockdep/internal/arena.h"
#include "lockdep/internal/class_array.h"
#include "lockdep/internal/frontier.h"
#include "lockdep/internal/order_list.h"
#include "lockdep/types.h"

namespace lockdep {

class TopologicalOrder {
 public:
  explicit TopologicalOrder(internal::Arena& arena)
      : list_(arena),
        nodes_(arena),
        ahead_(arena, list_, Direction::kForwards),
        behind_(arena, list_, Direction::kBackwards) {}

  // Makes room for a class; returns false when memory ended.
  bool Reserve(ClassId id);

  // A kind of dependency is to come into use.  Returns true if it closes no strong
  // cycle: that is certain, and the order holds for it now.  Else it does close
  // one, and stays out of use; but see GiveUp.
  // REQUIRES: both classes are reserved.
  bool Insert(const DependencyGraph& graph, ClassId from, ClassId to, DependencyKind kind);

  // A kind that closes a cycle comes into use all the same, as when declarations
  // contradict what was observed.  From now on Insert returns false for
  // everything, and a search must tell.
  void GiveUp() { gave_up_ = true; }

  // Aborts if an invariant is broken.  Slow; for tests.
  void CheckInvariants(const DependencyGraph& graph) const;

 private:
  using Element = internal::Element;  // A class and whether it is reached weakly.

  // What a search knows of an element that it reached.
  struct Mark {
    const Dependency* next;  // The first that it did not try.
    uint32_t generation;     // Reached if equal to the search's.
    Direction direction;     // Of the search.
    bool tried_own_arc;      // The one inside the class.
    bool has_arcs[2];        // Whether one ever led on in a direction.
  };
  struct Node {
    Mark marks[2];
  };

  static Element ElementOf(ClassId id, bool weak) {
    return static_cast<Element>(static_cast<uint32_t>(id) << 1 | static_cast<uint32_t>(weak));
  }
  static ClassId ClassOf(Element element) {
    return static_cast<ClassId>(static_cast<uint32_t>(element) >> 1);
  }
  static bool IsWeak(Element element) { return (static_cast<uint32_t>(element) & 1) != 0; }
  Mark& MarkOf(Element element) { return nodes_[ClassOf(element)].marks[IsWeak(element) ? 1 : 0]; }
  bool IsPlaced(ClassId id) const { return list_.IsPlaced(ElementOf(id, false)); }

  void BeginSearch();
  void PlaceNew(ClassId from, ClassId to);
  void PlaceAfter(Element place, ClassId id);
  bool SearchesMeet(const DependencyGraph& graph, Element source, Element target);
  bool Step(const DependencyGraph& graph, internal::Frontier& search, Element end);
  void Reach(const DependencyGraph& graph, internal::Frontier& search, Element element);
  Element NextNeighbour(Element element);
  void Reorder(Element source);
  void TakeOut(std::span<const Element> elements);

  internal::OrderList list_;
  internal::ClassArray<Node> nodes_;
  internal::Frontier ahead_;
  internal::Frontier behind_;
  uint32_t generation_ = 0;
  bool gave_up_ = false;
};

}  // namespace lockdep

#endif  // LOCKDEP_TOPOLOGICAL_ORDER_H_
