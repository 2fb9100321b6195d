// The declared orders of Linux mm, as order files (lockdep/docs/order_format.md).
//
// `linux-6.12-mm` is the one to enforce: it includes the others and knows every
// spelling of the locks.
//
// Thread safety: constant.

#ifndef MM_MODEL_ORDERS_BUILTIN_ORDERS_H_
#define MM_MODEL_ORDERS_BUILTIN_ORDERS_H_

#include <span>

#include "lockdep/order/builtin.h"

namespace mm_model {

using lockdep::order::BuiltinOrder;

std::span<const BuiltinOrder> BuiltinOrders();

}  // namespace mm_model

#endif  // MM_MODEL_ORDERS_BUILTIN_ORDERS_H_
