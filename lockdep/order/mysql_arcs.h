// The lines of MySQL's lock_order_dependencies.txt as a declared order, and a
// declared order as such lines:
//
//   ARC FROM "A" [STATE "S"] TO "B" [RECURSIVE] [OP "O"] [FLAGS F ...]
//
// What has no meaning here is left out: arcs to conditions and files (`cond/`,
// `file/`), arcs of an attempt that does not wait (OP "TRY ..."), of a lock to
// itself, and the lines NODE and BIND.  States and operations of one pair are one
// arc: here an order binds readers and writers alike.  An arc with the flag LOOP or
// IGNORED, which that tool leaves out of its search for cycles, is stale.
//
// Unlike there, arcs of one order compose: A -> B and B -> C order A before C.
//
// Source: MySQL 8.0 sql/debug_lock_order.cc, "lock_order_dependencies.txt file".
// Thread safety: pure functions.

#ifndef LOCKDEP_ORDER_MYSQL_ARCS_H_
#define LOCKDEP_ORDER_MYSQL_ARCS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lockdep/order/order_file.h"
#include "lockdep/order/order_set.h"

namespace lockdep::order {

// Errors read "PATH:LINE: reason; what is expected".
absl::StatusOr<OrderFile> ParseMysqlArcs(absl::string_view path, absl::string_view text);

// Every arc, sorted, each once; stale ones with FLAGS LOOP.  One with a double quote
// in a name, which has no form there, is a comment.
std::string RenderMysqlArcs(const OrderSet& set);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_MYSQL_ARCS_H_
