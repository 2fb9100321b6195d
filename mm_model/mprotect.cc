// mprotect.  Follows linux 7.0 mm/mprotect.c.

#include <algorithm>

#include "mm_model/huge_memory.h"
#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

constexpr unsigned long kProtectionFlags = VM_READ | VM_WRITE;

void change_pte_range(vm_area_struct* vma, pt_slot* pmd, unsigned long start, unsigned long end,
                      bool writable) {
  const LockedPte locked = pte_offset_map_lock(vma->vm_mm, pmd, start);
  if (locked.pte == nullptr) return;
  for (unsigned long address = start; address < end; address += PAGE_SIZE) {
    pt_slot* const pte = locked.pte->in->slot_of(address);
    const pt_entry entry = ptep_get(pte);
    // What becomes writable is left to the next write fault.
    if (entry.present() && entry.write && !writable) ptep_modify(pte, &pte_wrprotect);
  }
  pte_unmap_unlock(locked);
}

void change_pmd(vm_area_struct* vma, pt_slot* pmd, unsigned long start, unsigned long end,
                bool writable) {
  if (pmd_trans_huge(pmd)) {
    if (end - start == PMD_SIZE) return change_huge_pmd(vma, pmd, writable);
    split_huge_pmd(vma, pmd, start);
  }
  change_pte_range(vma, pmd, start, end, writable);
}

void mprotect_fixup(vm_area_struct* vma, unsigned long start, unsigned long end,
                    unsigned long flags) {
  vma_start_write(vma);
  vm_flags_reset(vma, flags);
  vma_set_page_prot(vma);
  change_protection(vma, start, end, (flags & VM_WRITE) != 0);
}

}  // namespace

void change_protection(vm_area_struct* vma, unsigned long start, unsigned long end, bool writable) {
  const unsigned long first = start;
  while (start < end) {
    const unsigned long next = std::min(end, (start / PMD_SIZE + 1) * PMD_SIZE);
    pt_slot* const pmd = pmd_off(vma->vm_mm, start);
    if (pmd != nullptr) change_pmd(vma, pmd, start, next, writable);
    start = next;
  }
  flush_tlb_range(vma->vm_mm, first, end);
}

bool do_mprotect_pkey(mm_struct* mm, unsigned long start, unsigned long length,
                      unsigned long flags) {
  const unsigned long end = start + length;
  if (!mmap_write_lock_killable(mm)) return false;
  // A VMA that was merged goes on behind the range.
  while (start < end) {
    vm_area_struct* const vma = find_vma(mm, start);
    if (vma == nullptr || vma->vm_start >= end) break;
    const unsigned long next = (vma->vm_flags & ~kProtectionFlags) | flags;
    const unsigned long first = std::max<unsigned long>(vma->vm_start, start);
    start = std::min<unsigned long>(vma->vm_end, end);
    mprotect_fixup(vma_modify_flags(mm, vma, first, start, next), first, start, next);
  }
  mmap_write_unlock(mm);
  return true;
}

}  // namespace mm_model
