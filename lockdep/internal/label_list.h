// A total order of numbered items that carry growing labels, so that one comparison of
// labels says which of two comes first.
//
// Invariant: along the list labels grow strictly.
//
// Cost: comparing is constant; placing costs O(log n), amortised: where labels are too
// dense to put another between, the smallest surrounding range of labels that is sparse
// enough is labelled anew.
//
// Source: Bender, Cole, Demaine, Farach-Colton and Zito, "Two Simplified
// Algorithms for Maintaining Order in a List", ESA 2002,
// doi:10.1007/3-540-45749-6_17, section 2.
//
// Thread safety: needs the owner's lock.

#ifndef LOCKDEP_INTERNAL_LABEL_LIST_H_
#define LOCKDEP_INTERNAL_LABEL_LIST_H_

#include <cstdint>

#include "lockdep/internal/arena.h"
#include "lockdep/internal/class_array.h"
#include "lockdep/types.h"

namespace lockdep::internal {

class LabelList {
 public:
  using Item = uint32_t;
  // Stands before all others and is no item of the order.
  static constexpr Item kFront = 0;

  explicit LabelList(Arena& arena) : links_(arena) {}

  // Makes room for all items up to this one; returns false when memory ended.
  bool Reserve(Item item) { return links_.Reserve(static_cast<ClassId>(item)); }

  // REQUIRES: both are placed, or kFront.
  bool Precedes(Item a, Item b) const { return At(a).label < At(b).label; }

  // Puts an item behind one that is placed, or kFront.
  // REQUIRES: it is reserved, and not placed.
  void PlaceAfter(Item place, Item item);

  // Takes an item out.
  void Remove(Item item);

  // Aborts if the invariant is broken.  Slow; for tests.
  void CheckInvariants() const;

 private:
  struct Link {
    uint64_t label;  // 0: not placed; that of kFront too.
    Item previous;
    Item next;
  };

  Link& At(Item item) { return links_[static_cast<ClassId>(item)]; }
  const Link& At(Item item) const { return links_[static_cast<ClassId>(item)]; }
  void LabelAround(Item item);

  ClassArray<Link> links_;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_LABEL_LIST_H_
