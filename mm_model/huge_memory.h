// Huge pages of anonymous memory: what the paths that meet one do with its entry.
//
// Source: linux 7.0 mm/huge_memory.c.
//
// Thread safety: used by the tasks of one machine.

#ifndef MM_MODEL_HUGE_MEMORY_H_
#define MM_MODEL_HUGE_MEMORY_H_

#include "mm_model/mm_types.h"
#include "mm_model/pgtable.h"

namespace mm_model {

// Whether a huge page is there, as far as can be told without the lock.
bool pmd_trans_huge(const pt_slot* pmd);

// Puts a table of small entries in place of a huge one, if it is still there.
void split_huge_pmd(vm_area_struct* vma, pt_slot* pmd, unsigned long address);

// A part of it is unmapped: it can be split when memory is short.
void deferred_split_folio(folio* page);

// fork: both processes may only read it from here.  Returns whether one was there.
// REQUIRES: both VMAs write-locked.
bool copy_huge_pmd(vm_area_struct* dst_vma, vm_area_struct* src_vma, unsigned long address);

// mprotect of all of it.
void change_huge_pmd(vm_area_struct* vma, pt_slot* pmd, bool writable);

// Pins it; null: it must be faulted in, or split.
folio* follow_huge_pmd(vm_area_struct* vma, pt_slot* pmd, bool write);

}  // namespace mm_model

#endif  // MM_MODEL_HUGE_MEMORY_H_
