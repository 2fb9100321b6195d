// A declared order as attributes of Clang's thread safety analysis, to be put
// beside the declarations of the locks.
//
// Source: clang.llvm.org/docs/ThreadSafetyAnalysis.html, "ACQUIRED_BEFORE(...),
// ACQUIRED_AFTER(...)"; checked with -Wthread-safety-beta.

#ifndef LOCKDEP_ORDER_CLANG_ATTRIBUTES_H_
#define LOCKDEP_ORDER_CLANG_ATTRIBUTES_H_

#include <string>

#include "lockdep/order/order_set.h"

namespace lockdep::order {

// One line for each lock that another one comes before, sorted:
//   ACQUIRED_AFTER(a, ns::b)  // ns::c
// A lock whose name is no C++ name is told in a comment.  Stale and disputed arcs
// are left out.
std::string RenderAcquiredAfter(const OrderSet& set);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_CLANG_ATTRIBUTES_H_
