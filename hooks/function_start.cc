#include "hooks/function_start.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace lockdep::hooks {
namespace {

// The only layout that linkers make: a sorted table of pairs, both relative to
// the section's start.
struct Entry {
  int32_t function;
  int32_t description;
};

constexpr unsigned char kVersion = 1;
constexpr unsigned char kCountEncoding = 0x03;  // udata4
constexpr unsigned char kTableEncoding = 0x3b;  // datarel | sdata4
constexpr size_t kTableOffset = 12;

std::span<const Entry> TableOf(const unsigned char* header) {
  if (header[0] != kVersion || header[2] != kCountEncoding || header[3] != kTableEncoding)
    return {};
  uint32_t count;
  memcpy(&count, header + 8, sizeof(count));
  return {reinterpret_cast<const Entry*>(header + kTableOffset), count};
}

}  // namespace

uintptr_t FunctionStart(uintptr_t pc) {
  dl_find_object module;
  if (_dl_find_object(reinterpret_cast<void*>(pc), &module) != 0) return pc;
  const auto* header = static_cast<const unsigned char*>(module.dlfo_eh_frame);
  if (header == nullptr) return pc;
  const std::span<const Entry> table = TableOf(header);
  const auto wanted = static_cast<int64_t>(pc - reinterpret_cast<uintptr_t>(header));
  const auto after =
      std::upper_bound(table.begin(), table.end(), wanted,
                       [](int64_t offset, const Entry& entry) { return offset < entry.function; });
  if (after == table.begin()) return pc;
  return reinterpret_cast<uintptr_t>(header) + static_cast<intptr_t>((after - 1)->function);
}

}  // namespace lockdep::hooks
