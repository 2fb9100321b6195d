// Ordered pairs of locks and what follows from them.
//
// A pair remembers the first and the last of the arcs that it follows from, so
// that a report can name the lines that say it.  Locks and arcs are numbers
// here: their meaning is the caller's.
//
// Thread safety: pure functions.

#ifndef LOCKDEP_ORDER_PAIR_CLOSURE_H_
#define LOCKDEP_ORDER_PAIR_CLOSURE_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace lockdep::order {

struct OrderedPair {
  int from = 0;
  int to = 0;
  int first_arc = 0;
  int last_arc = 0;  // The same as first_arc if an arc says the pair itself.

  friend bool operator==(const OrderedPair&, const OrderedPair&) = default;
};

// All pairs that follow from `pairs` over at least two of them and that no one
// of `pairs` states, each once, over a shortest way.  A lock does not follow
// itself.  Nothing if there are more than `limit`.
std::optional<std::vector<OrderedPair>> ImpliedPairs(std::span<const OrderedPair> pairs,
                                                     size_t limit);

// For each lock 0..lock_count-1 the number of its strongly connected component.
std::vector<int> Components(std::span<const OrderedPair> pairs, int lock_count);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_PAIR_CLOSURE_H_
