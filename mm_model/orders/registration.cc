#include "lockdep/order/builtin.h"
#include "mm_model/orders/builtin_orders.h"

namespace mm_model {
namespace {

const lockdep::order::BuiltinRegistration kRegistration(BuiltinOrders());

}  // namespace
}  // namespace mm_model
