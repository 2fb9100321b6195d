#include "lockdep/order/builtin.h"

namespace lockdep::order {

// In a function, so that it exists before the first registration.
std::vector<BuiltinOrder>& BuiltinRegistry() {
  static std::vector<BuiltinOrder> registry;
  return registry;
}

const BuiltinOrder* FindBuiltin(absl::string_view name) {
  for (const BuiltinOrder& order : BuiltinRegistry()) {
    if (order.name == name) return &order;
  }
  return nullptr;
}

}  // namespace lockdep::order
