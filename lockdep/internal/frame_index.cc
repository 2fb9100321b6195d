#include "lockdep/internal/frame_index.h"

#include <algorithm>

namespace lockdep::internal {
namespace {

// DW_EH_PE_pcrel | sdata4, udata4, and datarel | sdata4: relative to the table itself.
constexpr uint8_t kFromHere = 0x1b;
constexpr uint8_t kNumber = 0x03;
constexpr uint8_t kFromTable = 0x3b;

struct Table {
  uint8_t version;
  uint8_t section_encoding;
  uint8_t count_encoding;
  uint8_t entry_encoding;
  int32_t section;
  uint32_t count;
};

struct Entry {
  int32_t begin;
  int32_t description;
};

// The beginning of a description, as all compilers write it.
struct Description {
  uint32_t length;
  uint32_t common;
  int32_t begin;
  uint32_t size;
};
constexpr uint32_t kLongLength = 0xffffffff;

}  // namespace

bool MayHaveDescription(const void* eh_frame_hdr, uintptr_t pc) {
  const auto& table = *static_cast<const Table*>(eh_frame_hdr);
  if (table.version != 1 || table.section_encoding != kFromHere ||
      table.count_encoding != kNumber || table.entry_encoding != kFromTable) {
    return true;
  }
  const auto base = reinterpret_cast<uintptr_t>(eh_frame_hdr);
  const auto* const first = reinterpret_cast<const Entry*>(&table + 1);
  const Entry* const after =
      std::upper_bound(first, first + table.count, static_cast<intptr_t>(pc - base),
                       [](intptr_t offset, const Entry& entry) { return offset < entry.begin; });
  if (after == first) return false;
  const Entry& entry = after[-1];
  const uintptr_t begin = base + static_cast<uintptr_t>(intptr_t{entry.begin});
  const auto& description = *reinterpret_cast<const Description*>(
      base + static_cast<uintptr_t>(intptr_t{entry.description}));
  const uintptr_t told = reinterpret_cast<uintptr_t>(&description.begin) +
                         static_cast<uintptr_t>(intptr_t{description.begin});
  return description.length == kLongLength || told != begin || pc - begin < description.size;
}

}  // namespace lockdep::internal
