// The declared orders against what the model does: for each declared arc how it
// stands and where the model takes the locks so, and what it takes that nobody
// declared.
//
// Thread safety: none; used by one thread.

#ifndef MM_MODEL_RULES_ORDER_COVERAGE_H_
#define MM_MODEL_RULES_ORDER_COVERAGE_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lockdep/order/order_set.h"
#include "lockdep/runtime.h"
#include "mm_model/scenario.h"

namespace mm_model {

enum class OrderStatus : uint8_t { kEnforced, kCode, kStale, kDisputed, kForbidden };

// "enforced", "code" and so on; never null.
const char* ToString(OrderStatus status);

struct OrderNote {
  const char* from;
  const char* to;
  OrderStatus status;
  const char* why;
};
// Null if there is none for the pair.
const OrderNote* FindOrderNote(const std::string& from, const std::string& to);

using LockPair = std::pair<std::string, std::string>;
// Pairs of classes that some task held and took, each with the scenario that did
// it first.
using ObservedPairs = std::map<LockPair, std::string>;

// Runs each scenario a few times, in different orders of steps.
ObservedPairs ObservePairs(const std::vector<const Scenario*>& scenarios);

struct ArcCoverage {
  std::string from;
  std::string to;
  std::string where;  // "linux-6.12 mm/rmap.c:24".
  OrderStatus status = OrderStatus::kEnforced;
  std::string why;
  std::string exercised;  // The scenario; empty: the model never does.
};

struct UndeclaredPair {
  LockPair pair;
  std::string scenario;
  std::string why;  // Where the code does it; empty: not known.
};

struct OrderCoverage {
  std::vector<ArcCoverage> arcs;           // In the order of the files.
  std::vector<UndeclaredPair> undeclared;  // By name.
};

OrderCoverage CoverageOf(const lockdep::order::OrderSet& orders, const ObservedPairs& observed);

}  // namespace mm_model

#endif  // MM_MODEL_RULES_ORDER_COVERAGE_H_
