// What processors have cached of the page tables: see tlb.h.

#ifndef MM_MODEL_TYPES_TLB_TYPES_H_
#define MM_MODEL_TYPES_TLB_TYPES_H_

#include <array>
#include <memory_resource>
#include <vector>

#include "mm_model/machine.h"
#include "mm_model/types/page_table_types.h"

namespace mm_model {

struct TlbEntry {
  unsigned long address;  // Of the page.
  folio* page;
  bool write;  // And the entry says so already: else the first write walks again.
};

// Of one processor, for one address space.
struct Tlb {
  static constexpr unsigned long kParts = 8;

  std::pmr::vector<TlbEntry> entries{machine().memory()};
  // Stand for the entries of one page table each, in the footprints of steps.
  std::array<char, kParts> parts{};

  const void* PartOf(unsigned long address) const { return &parts[address / PMD_SIZE % kParts]; }
};

// What some processor may still have as it was before a task changed the page tables.
struct StaleRange {
  unsigned long start;
  unsigned long end;
  const page_table* table;  // Whose entry was changed.
  const Task* by;
  bool at_once;  // To be flushed before the table's lock is given back.
  bool flushed = false;
};

}  // namespace mm_model

#endif  // MM_MODEL_TYPES_TLB_TYPES_H_
