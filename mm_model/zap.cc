// Clearing entries, and freeing page tables when nobody can reach them.
// Follows linux 7.0 mm/memory.c: unmap_page_range, zap_pte_range, free_pgtables.

#include <algorithm>

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/services.h"
#include "mm_model/swap.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

constexpr unsigned long kPmdEntrySize = PAGE_SIZE << kEntryBits;

void zap_pte(const pt_entry& entry) {
  if (entry.kind == pt_entry::Kind::kSwap) return swap_free(entry.swap);
  if (!entry.present()) return;
  if (entry.dirty) entry.page->dirty = true;
  entry.page->mapcount.dec();
}

// Returns whether a huge page was there.
bool zap_huge_pmd(vm_area_struct* vma, pt_slot* pmd) {
  if (!ptep_get(pmd).present()) return false;
  spinlock* const ptl = pmd_lock(vma->vm_mm, pmd);
  if (ptep_get(pmd).present()) zap_pte(ptep_get_and_clear(pmd));
  spin_unlock(ptl);
  return true;
}

void zap_pte_range(vm_area_struct* vma, pt_slot* pmd, unsigned long start, unsigned long end) {
  const LockedPte locked = pte_offset_map_lock(vma->vm_mm, pmd, start);
  if (locked.pte == nullptr) return;
  for (unsigned long address = start; address < end; address += PAGE_SIZE) {
    pt_slot* const pte = locked.pte->in->slot_of(address);
    if (ptep_get(pte).none()) continue;
    zap_pte(ptep_get_and_clear(pte));
  }
  pte_unmap_unlock(locked);
}

}  // namespace

void unmap_page_range(vm_area_struct* vma, unsigned long start, unsigned long end) {
  if ((vma->vm_flags & VM_HUGETLB) != 0) return unmap_hugepage_range(vma);
  while (start < end) {
    const unsigned long next = std::min(end, (start / kPmdEntrySize + 1) * kPmdEntrySize);
    pt_slot* const pmd = pmd_off(vma->vm_mm, start);
    if (pmd != nullptr && !zap_huge_pmd(vma, pmd)) zap_pte_range(vma, pmd, start, next);
    start = next;
  }
}

void free_pgtables(mm_struct* mm, std::span<vm_area_struct* const> vmas, unsigned long floor,
                   unsigned long ceiling, bool mm_wr_locked) {
  for (vm_area_struct* vma : vmas) {
    if (mm_wr_locked) vma_start_write(vma);
    unlink_anon_vmas(vma);
    unlink_file_vma(vma);
  }
  if (vmas.empty()) return;
  free_pgd_range(mm, vmas.front()->vm_start, vmas.back()->vm_end, floor, ceiling);
}

}  // namespace mm_model
