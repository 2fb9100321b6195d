// Translation caches: each processor keeps what it used of the page tables, until
// it is told to flush.  A task stands for a processor.
//
// User code goes through them: a page that is freed while a processor still has it
// is used after it was freed.  So who takes an entry away flushes before he gives the
// lock of its table back (PT-FLUSH), and who makes entries allow less before he gives
// the mmap lock back (PT-FLUSH-LESS).
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

// One access of user code: by what its processor has cached, else by a walk of the
// page tables, whose result it caches.  Returns whether it is allowed; else it faults.
bool user_access(mm_struct* mm, unsigned long address, bool write);

// The running task is about to change the entry so: notes what is stale then.
void NoteStale(const pt_slot& slot, const pt_entry& next);
// It is about to give back the lock of the table, or the mmap lock.
void CheckFlushed(const page_table& table, const lockdep::CallSite& site);
void CheckFlushed(mm_struct* mm, const lockdep::CallSite& site);

// For rules: whether the running task has flushed all that it must by now.
bool IsFlushed(const page_table& table);
bool IsFlushed(const mm_struct& mm);

}  // namespace mm_model

#endif  // MM_MODEL_TLB_H_
