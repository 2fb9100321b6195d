// Translation caches: each processor keeps what it used of the page tables, until
// it is told to flush.  A task stands for a processor.
//
// Source: linux 7.0 mm/mmu_gather.c, arch/x86/mm/tlb.c.

#ifndef MM_MODEL_TLB_H_
#define MM_MODEL_TLB_H_

#include "mm_model/mm_types.h"

namespace mm_model {

// Removes what every processor has cached of [start, end).
void flush_tlb_range(mm_struct* mm, unsigned long start, unsigned long end);
void flush_tlb_mm(mm_struct* mm);

// Waits until every processor that has interrupts off now has had them on: whoever
// walks page tables that way, as fast GUP does, has left.
MM_LOCK_FUNCTION void tlb_remove_table_sync_one();

// An access of user code to a page that its processor has cached: no page table
// is asked.  Returns whether there was one that allows it.
bool AccessThroughTlb(mm_struct* mm, unsigned long address, bool write);
// The processor caches the entry that it found.
void FillTlb(mm_struct* mm, unsigned long address, const pt_entry& entry);

}  // namespace mm_model

#endif  // MM_MODEL_TLB_H_
