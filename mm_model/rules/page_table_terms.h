// The states of page tables that requirements ask for.  Each tells what it looks
// at as touched.
//
// Thread safety: used by the tasks of one machine.

#ifndef MM_MODEL_RULES_PAGE_TABLE_TERMS_H_
#define MM_MODEL_RULES_PAGE_TABLE_TERMS_H_

#include "mm_model/mm_types.h"
#include "mm_model/rules/page_table_rules.h"

namespace mm_model {

// The addresses [start, end) that an entry stands for.
struct AddressSpan {
  unsigned long start;
  unsigned long end;
};
AddressSpan SpanOf(const pt_slot& slot);

// Each VMA that has some of the addresses of the entry, attached or not.
template <typename Each>
void ForEachVmaOf(const pt_slot& slot, Each each) {
  const AddressSpan span = SpanOf(slot);
  for (const vm_area_struct* vma : slot.in->mm->vmas) {
    if (vma->vm_start.peek() < span.end && vma->vm_end.peek() > span.start) each(*vma);
  }
}

// Whether nobody can come from a VMA to the addresses that the entry covers:
// its VMAs are out of the reverse mapping, and either out of the mm's tree as
// well or closed to faults and walks by the mmap write lock.
bool IsUnreachable(const pt_slot& slot);

// Whether the table below the entry has none but empty entries.
bool IsEmptyBelow(const pt_slot& slot);

// Whether a walk of every tree that both VMAs are in comes to the source first.
bool SourceIsFirst(const PtMove& move);

}  // namespace mm_model

#endif  // MM_MODEL_RULES_PAGE_TABLE_TERMS_H_
