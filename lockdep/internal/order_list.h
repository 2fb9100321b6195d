// A total order that elements enter anywhere, and that says at once which of two
// comes first: a list in groups of neighbours, with labels for the groups among each
// other and for the elements within each.
//
// Invariants: (1) along the list groups follow each other as in their own list, and
// labels grow strictly within each; (2) no group is empty, or has more than kMost
// elements.
//
// Cost: comparing is constant; placing is constant, amortised.  At worst all of a group
// and O(groups) labels of groups are made anew, far less than one for each element.
//
// Source: Bender, Cole, Demaine, Farach-Colton and Zito, "Two Simplified
// Algorithms for Maintaining Order in a List", ESA 2002,
// doi:10.1007/3-540-45749-6_17, sections 2 and 4 (indirection).
//
// Thread safety: needs the owner's lock.

#ifndef LOCKDEP_INTERNAL_ORDER_LIST_H_
#define LOCKDEP_INTERNAL_ORDER_LIST_H_

#include <cstdint>
#include <span>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/class_array.h"
#include "lockdep/internal/label_list.h"
#include "lockdep/types.h"

namespace lockdep::internal {

// Each class has two elements, 2 * id and 2 * id + 1.  Element 0 stands before
// all others and is no element of the order.
enum class Element : uint32_t { kFront = 0, kNone = 1 };

class OrderList {
 public:
  explicit OrderList(Arena& arena) : links_(arena), groups_(arena), order_(arena) {}

  // Makes room for the elements of a class; returns false when memory ended.
  bool Reserve(ClassId id);

  bool IsPlaced(Element element) const { return At(element).label != 0; }

  // REQUIRES: both are placed, or kFront.
  bool Precedes(Element a, Element b) const {
    const Link& first = At(a);
    const Link& second = At(b);
    return first.group == second.group ? first.label < second.label
                                       : order_.Precedes(first.group, second.group);
  }

  // The element before this one; kFront if it is the first.
  Element Before(Element element) const { return At(element).previous; }
  Element last() const { return At(Element::kFront).previous; }

  // Puts elements, in their order, behind one that is placed, or kFront.
  // REQUIRES: they are reserved, and not placed.
  void PlaceAfter(Element place, std::span<const Element> elements);

  // Takes an element out.
  void Remove(Element element);

  // Aborts if an invariant is broken.  Slow; for tests.
  void CheckInvariants() const;

 private:
  static constexpr uint32_t kMost = 64;

  using GroupId = LabelList::Item;  // 0: of kFront alone.
  struct Link {
    uint32_t label;  // Within the group.  0: not placed; that of kFront too.
    GroupId group;
    Element previous;
    Element next;
  };
  struct Links {
    Link of[2];
  };
  struct Group {
    Element first;
    uint32_t count;
    GroupId next_free;
  };

  Link& At(Element element) {
    const auto index = static_cast<uint32_t>(element);
    return links_[static_cast<ClassId>(index >> 1)].of[index & 1];
  }
  const Link& At(Element element) const {
    const auto index = static_cast<uint32_t>(element);
    return links_[static_cast<ClassId>(index >> 1)].of[index & 1];
  }
  Group& GroupAt(GroupId id) { return groups_[static_cast<ClassId>(id)]; }

  void PlaceOne(Element place, Element element);
  GroupId NewGroup(GroupId place, Element first);
  uint64_t RoomAfter(Element place, GroupId group) const;
  void Label(const Group& group);
  void Split(GroupId id);

  ClassArray<Links> links_;
  ClassArray<Group> groups_;
  LabelList order_;  // Of the groups.
  GroupId group_count_ = 0;
  GroupId free_groups_ = 0;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_ORDER_LIST_H_
