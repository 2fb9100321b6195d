// Declared orders for people to read.  All output is lines of text without
// control characters in the names of locks.
//
// Thread safety: pure functions.  Cost: linear in what is printed.

#ifndef LOCKDEP_ORDER_RENDER_H_
#define LOCKDEP_ORDER_RENDER_H_

#include <string>

#include "lockdep/order/order_set.h"

namespace lockdep::order {

// One line an arc, with its place: "my.order:3: a -> b  # why".  Arcs that are
// not enforced say why not.
std::string RenderList(const OrderSet& set);

// Each section as a tree; a lock that stands there already is not unfolded again.
std::string RenderTree(const OrderSet& set);

// One order file that says the same.
std::string RenderOrderFile(const OrderSet& set);

// A conflict with all its lines.
std::string RenderConflict(const Conflict& conflict);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_RENDER_H_
