#include "lockdep/record/merge_names.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace lockdep::record {
namespace {

// Above all that a process of today's machines can map, below the kernel.
constexpr uint64_t kFirstBase = uint64_t{1} << 60;
constexpr uint64_t kPage = 4096;
// A hostile range shall not push others out of the address space.
constexpr uint64_t kMostBytes = uint64_t{1} << 40;

}  // namespace

int32_t MergedModules::Number(const Module& module) {
  const uint64_t begin = module.begin - module.bias;
  const uint64_t end = begin + std::min(module.end - module.begin, kMostBytes);
  const auto [at, is_new] =
      numbers_.try_emplace({module.path, module.build_id}, static_cast<int32_t>(modules_.size()));
  if (is_new) {
    modules_.push_back({module.path, module.build_id, begin, end, module.has_namesake});
    return at->second;
  }
  MergedModule& known = modules_[static_cast<size_t>(at->second)];
  known.begin = std::min(known.begin, begin);
  known.end = std::max(known.end, end);
  known.has_namesake |= module.has_namesake;
  return at->second;
}

std::vector<Module> MergedModules::LayOut(std::vector<int32_t>* places) const {
  std::vector<size_t> order(modules_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::tie(modules_[a].path, modules_[a].build_id) <
           std::tie(modules_[b].path, modules_[b].build_id);
  });
  std::vector<Module> laid_out;
  places->assign(modules_.size(), Address::kNoModule);
  uint64_t base = kFirstBase;
  for (const size_t number : order) {
    const MergedModule& module = modules_[number];
    (*places)[number] = static_cast<int32_t>(laid_out.size());
    const uint64_t size = std::min(module.end - module.begin, kMostBytes);
    laid_out.push_back({.begin = base,
                        .end = base + size,
                        .bias = base - module.begin,
                        .build_id = module.build_id,
                        .path = module.path,
                        .has_namesake = module.has_namesake});
    base += (size + 2 * kPage - 1) / kPage * kPage;
  }
  return laid_out;
}

std::strong_ordering MergedModules::Compare(const Place& a, const Place& b) const {
  if (a.module == b.module) return a.value <=> b.value;
  if (a.module == Address::kNoModule) return std::strong_ordering::less;
  if (b.module == Address::kNoModule) return std::strong_ordering::greater;
  const MergedModule& one = modules_[static_cast<size_t>(a.module)];
  const MergedModule& other = modules_[static_cast<size_t>(b.module)];
  if (const int order = one.path.compare(other.path); order != 0) return order <=> 0;
  return one.build_id.compare(other.build_id) <=> 0;
}

}  // namespace lockdep::record
