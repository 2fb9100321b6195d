// Clearing entries, and freeing page tables when nobody can reach them.
// Follows linux 7.0 mm/memory.c: unmap_page_range, zap_pte_range, free_pgtables.

#include <algorithm>

#include "mm_model/folio.h"
#include "mm_model/huge_memory.h"
#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/services.h"
#include "mm_model/swap.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

// Pages that were unmapped, to be freed when no processor uses them any more.
struct mmu_gather {
  std::pmr::vector<folio*> pages{machine().memory()};
};

void zap_pte(mm_struct* mm, const pt_entry& entry, mmu_gather* tlb) {
  if (entry.kind == pt_entry::Kind::kSwap) return swap_free(entry.swap);
  if (!entry.present()) return;
  if (entry.dirty && !folio_test_anon(*entry.page)) folio_mark_dirty(entry.page);
  entry.page->mapcount.add(-1);
  mm->rss_stat.add(-1);
  tlb->pages.push_back(entry.page);
}

void tlb_finish_mmu(const mmu_gather& tlb) {
  for (folio* page : tlb.pages) folio_put(page);
}

// Of a part of a huge page the rest stays.  Returns whether nothing else is to be done.
bool zap_huge_pmd(vm_area_struct* vma, pt_slot* pmd, unsigned long start, unsigned long end) {
  if (!pmd_trans_huge(pmd)) return false;
  if (end - start != PMD_SIZE) {
    folio* const page = ptep_get(pmd).page;
    split_huge_pmd(vma, pmd, start);
    if (page != nullptr) deferred_split_folio(page);
    return false;
  }
  auto* const tlb = machine().New<mmu_gather>();
  spinlock* const ptl = pmd_lock(vma->vm_mm, pmd);
  if (ptep_get(pmd).present()) zap_pte(vma->vm_mm, ptep_get_and_clear(pmd), tlb);
  flush_tlb_range(vma->vm_mm, start, end);
  pmd_unlock(ptl, pmd);
  tlb_finish_mmu(*tlb);
  return true;
}

void zap_pte_range(vm_area_struct* vma, pt_slot* pmd, unsigned long start, unsigned long end) {
  const LockedPte locked = pte_offset_map_lock(vma->vm_mm, pmd, start);
  if (locked.pte == nullptr) return;
  auto* const tlb = machine().New<mmu_gather>();
  for (unsigned long address = start; address < end; address += PAGE_SIZE) {
    pt_slot* const pte = locked.pte->in->slot_of(address);
    if (ptep_get(pte).none()) continue;
    zap_pte(vma->vm_mm, ptep_get_and_clear(pte), tlb);
  }
  flush_tlb_range(vma->vm_mm, start, end);  // tlb_flush_mmu_tlbonly: under the lock.
  pte_unmap_unlock(locked);
  tlb_finish_mmu(*tlb);
}

}  // namespace

void unmap_page_range(vm_area_struct* vma, unsigned long start, unsigned long end) {
  if ((vma->vm_flags & VM_HUGETLB) != 0) return unmap_hugepage_range(vma);
  while (start < end) {
    const unsigned long next = std::min(end, (start / PMD_SIZE + 1) * PMD_SIZE);
    pt_slot* const pmd = pmd_off(vma->vm_mm, start);
    if (pmd != nullptr && !zap_huge_pmd(vma, pmd, start, next))
      zap_pte_range(vma, pmd, start, next);
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
