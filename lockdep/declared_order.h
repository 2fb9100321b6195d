// A declared order: arcs between class names that somebody wrote down, closed
// under transitivity and freed of contradictions by whoever built it
// (lockdep/order/).  The engine preloads them as dependencies, so that taking
// locks against a declared order is reported on the first execution.
//
// Thread safety: constant; must outlive every Validator that uses it.

#ifndef LOCKDEP_DECLARED_ORDER_H_
#define LOCKDEP_DECLARED_ORDER_H_

#include <cstdint>
#include <span>

namespace lockdep {

struct DeclaredArc {
  const char* from;
  const char* to;
  // For people: "mm/rmap.c:32: swap_lock -> mmlist_lock  # in mmput".
  const char* declaration;
};

using DeclaredOrder = std::span<const DeclaredArc>;

}  // namespace lockdep

#endif  // LOCKDEP_DECLARED_ORDER_H_
