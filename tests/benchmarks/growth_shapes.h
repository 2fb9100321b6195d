// Orders of many locks to grow a dependency graph by: each shape is an acyclic set
// of dependencies between classes 0 to kClasses - 1, in a random sequence, which is
// harder than any that a program comes upon by itself.

#ifndef TESTS_BENCHMARKS_GROWTH_SHAPES_H_
#define TESTS_BENCHMARKS_GROWTH_SHAPES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lockdep::testing {

inline constexpr uint32_t kGrowthClasses = 100'000;
inline constexpr size_t kGrowthDependencies = 1'000'000;

enum class Shape : uint8_t {
  kRandom,      // From any class to any later one.
  kDeepNarrow,  // From each class to the next 20 only: chains as long as the graph.
  kWide,        // From 100 outer classes to all others: no chain is longer than one.
  kLayered,     // 100 layers, from each to the next.
};

struct Arc {
  uint32_t from;
  uint32_t to;
};

// The same for each call; made once.
const std::vector<Arc>& ArcsOf(Shape shape);

}  // namespace lockdep::testing

#endif  // TESTS_BENCHMARKS_GROWTH_SHAPES_H_
