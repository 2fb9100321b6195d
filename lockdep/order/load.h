// From what a person names (a file, a built-in order, a kernel tree) to parsed
// order files, includes resolved.
//
// `include "x"` is relative to the file that says it; `include "builtin:NAME"`
// reads a built-in order.  A file that several others include is read once.
//
// What is refused: files that include each other in a circle, or more than
// kMaxIncludeDepth deep.
//
// Thread safety: a pure function of the files.

#ifndef LOCKDEP_ORDER_LOAD_H_
#define LOCKDEP_ORDER_LOAD_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lockdep/order/order_file.h"

namespace lockdep::order {

inline constexpr int kMaxIncludeDepth = 32;

// Loads all that `inputs` name: built-in orders ("linux-6.12-mm" or
// "builtin:linux-6.12-mm"), directories (kernel trees), or order files.  Returns
// each file once, those that are included before those that include.  Errors
// read "FILE:LINE: reason; what is expected".
absl::StatusOr<std::vector<OrderFile>> LoadOrders(const std::vector<std::string>& inputs);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_LOAD_H_
