// Orders that are built into the program.  Whoever has some registers them, so
// that this library needs not know who brings them.
//
// Thread safety: registration happens before main(), in static initialisation;
// after that all is constant.

#ifndef LOCKDEP_ORDER_BUILTIN_H_
#define LOCKDEP_ORDER_BUILTIN_H_

#include <span>
#include <vector>

#include "absl/strings/string_view.h"

namespace lockdep::order {

struct BuiltinOrder {
  absl::string_view name;  // "linux-6.12-mm": how commands and `include` call it.
  absl::string_view text;  // An order file.
};

// `include "builtin:NAME"` reads a built-in order; messages call it so too.
inline constexpr absl::string_view kBuiltinPrefix = "builtin:";

std::vector<BuiltinOrder>& BuiltinRegistry();

// The built-in order of that name, or null.
const BuiltinOrder* FindBuiltin(absl::string_view name);

// Defined at namespace scope beside the data.
class BuiltinRegistration {
 public:
  explicit BuiltinRegistration(std::span<const BuiltinOrder> orders) {
    BuiltinRegistry().insert(BuiltinRegistry().end(), orders.begin(), orders.end());
  }
};

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_BUILTIN_H_
