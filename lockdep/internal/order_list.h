// A total order that elements enter anywhere, and that says at once which of two
// comes first: a list whose elements carry growing labels.
//
// Invariant: along the list labels grow strictly.
//
// Cost: comparing is constant; placing k elements costs O(k log n), amortised:
// where labels are too dense to put another between, the smallest surrounding
// range of labels that is sparse enough is labelled anew.
//
// Source: Bender, Cole, Demaine, Farach-Colton and Zito, "Two Simplified
// Algorithms for Maintaining Order in a List", ESA 2002,
// doi:10.1007/3-540-45749-6_17, section 2.
//
// Thread safety: needs the owner's lock.

#ifndef LOCKDEP_INTERNAL_ORDER_LIST_H_
#define LOCKDEP_INTERNAL_ORDER_LIST_H_

#include <cstdint>
#include <span>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/class_array.h"
#include "lockdep/types.h"

namespace lockdep::internal {

// Each class has two elements, 2 * id and 2 * id + 1.  Element 0 stands before
// all others and is no element of the order.
enum class Element : uint32_t { kFront = 0, kNone = 1 };

class OrderList {
 public:
  explicit OrderList(Arena& arena) : links_(arena) {}

  // Makes room for the elements of a class; returns false when memory ended.
  bool Reserve(ClassId id) { return links_.Reserve(id); }

  bool IsPlaced(Element element) const { return At(element).label != 0; }

  // REQUIRES: both are placed, or kFront.
  bool Precedes(Element a, Element b) const { return At(a).label < At(b).label; }

  // The element before this one; kFront if it is the first.
  Element Before(Element element) const { return At(element).previous; }
  Element last() const { return At(Element::kFront).previous; }

  // Puts elements, in their order, behind one that is placed, or kFront.
  // REQUIRES: they are reserved, and not placed.
  void PlaceAfter(Element place, std::span<const Element> elements);

  // Takes an element out.
  void Remove(Element element);

  // Aborts if the invariant is broken.  Slow; for tests.
  void CheckInvariants() const;

 private:
  struct Link {
    uint64_t label;  // 0: not placed; that of kFront too.
    Element previous;
    Element next;
  };
  struct Links {
    Link of[2];
  };

  Link& At(Element element) {
    const auto index = static_cast<uint32_t>(element);
    return links_[static_cast<ClassId>(index >> 1)].of[index & 1];
  }
  const Link& At(Element element) const {
    const auto index = static_cast<uint32_t>(element);
    return links_[static_cast<ClassId>(index >> 1)].of[index & 1];
  }
  Element ChainUp(Element place, std::span<const Element> elements);
  uint64_t RoomBetween(Element before, Element after) const;
  void LabelAround(Element first, Element last, uint64_t count);

  ClassArray<Links> links_;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_ORDER_LIST_H_
