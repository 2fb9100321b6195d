#include "tests/benchmarks/growth_shapes.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <unordered_set>

namespace lockdep::testing {
namespace {

constexpr uint32_t kReach = 20;
constexpr uint32_t kOuter = 100;
constexpr uint32_t kLayer = kGrowthClasses / 100;

uint32_t Below(std::mt19937& random, uint32_t limit) {
  return std::uniform_int_distribution<uint32_t>(0, limit - 1)(random);
}

// An arc that goes upwards.
Arc RandomArc(Shape shape, std::mt19937& random) {
  switch (shape) {
    case Shape::kRandom: {
      const uint32_t a = Below(random, kGrowthClasses);
      const uint32_t b = Below(random, kGrowthClasses - 1);
      return b < a ? Arc{b, a} : Arc{a, b + 1};
    }
    case Shape::kDeepNarrow: {
      const uint32_t from = Below(random, kGrowthClasses - kReach);
      return {from, from + 1 + Below(random, kReach)};
    }
    case Shape::kWide:
      return {Below(random, kOuter), kOuter + Below(random, kGrowthClasses - kOuter)};
    case Shape::kLayered: {
      const uint32_t from = Below(random, kGrowthClasses - kLayer);
      return {from, (from / kLayer + 1) * kLayer + Below(random, kLayer)};
    }
  }
  return {};
}

std::vector<Arc> MakeArcs(Shape shape) {
  std::mt19937 random(42);
  // Nothing tells a class's place in the order from its number.
  std::vector<uint32_t> number(kGrowthClasses);
  std::iota(number.begin(), number.end(), 0);
  std::shuffle(number.begin(), number.end(), random);

  std::vector<Arc> arcs;
  std::unordered_set<uint64_t> known;
  while (arcs.size() < kGrowthDependencies) {
    const Arc arc = RandomArc(shape, random);
    if (!known.insert(uint64_t{arc.from} << 32 | arc.to).second) continue;
    arcs.push_back({number[arc.from], number[arc.to]});
  }
  return arcs;
}

}  // namespace

const std::vector<Arc>& ArcsOf(Shape shape) {
  static std::map<Shape, std::vector<Arc>> made;
  auto [it, is_new] = made.try_emplace(shape);
  if (is_new) it->second = MakeArcs(shape);
  return it->second;
}

}  // namespace lockdep::testing
