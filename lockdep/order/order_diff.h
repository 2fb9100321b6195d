// What two declared orders say differently: the arcs that only one of them
// states.  Spellings are united by the aliases of both.  Sources, reasons and
// status do not count.
//
// Thread safety: pure functions.

#ifndef LOCKDEP_ORDER_ORDER_DIFF_H_
#define LOCKDEP_ORDER_ORDER_DIFF_H_

#include <vector>

#include "lockdep/order/order_set.h"

namespace lockdep::order {

// Each pair once, where it is first stated.  Points into the two sets.
struct OrderDiff {
  std::vector<PlacedArc> only_in_a;
  std::vector<PlacedArc> only_in_b;
};

OrderDiff Diff(const OrderSet& a, const OrderSet& b);

// `arcs` as an order file, ready to be pasted into another.
std::string RenderArcs(const std::vector<PlacedArc>& arcs);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_ORDER_DIFF_H_
