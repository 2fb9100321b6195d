// Huge pages of anonymous memory, once khugepaged has made them.  Follows linux 7.0
// mm/huge_memory.c: copy_huge_pmd, change_huge_pmd, follow_huge_pmd, __split_huge_pmd.
// A huge page that is split stays one folio, which all small entries map.

#include "mm_model/huge_memory.h"

#include <algorithm>

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/tlb.h"

namespace mm_model {

bool pmd_trans_huge(const pt_slot* pmd) { return ptep_get(pmd).present(); }

void split_huge_pmd(vm_area_struct* vma, pt_slot* pmd, unsigned long address) {
  mm_struct* const mm = vma->vm_mm;
  auto* const table = machine().New<page_table>(mm, Level::kPte, address / PMD_SIZE * PMD_SIZE);
  spinlock* const ptl = pmd_lock(mm, pmd);
  if (ptep_get(pmd).present()) {
    const pt_entry huge =
        ptep_exchange(pmd, {.kind = pt_entry::Kind::kTable, .table = table});  // pmdp_invalidate
    // In the same step: nobody sees the table before it is filled.
    for (pt_slot& slot : table->slots) {
      slot.entry = huge;
      huge.page->mapcount.add(1);
    }
    huge.page->mapcount.add(-1);
    mm->rss_stat.add(kEntries - 1);
    mm->pgtables_bytes.add(kPageTableBytes);
    flush_tlb_range(mm, table->start, table->start + PMD_SIZE);
  }
  pmd_unlock(ptl, pmd);
}

void deferred_split_folio(folio* page) {
  spin_lock(&globals().split_queue_lock);
  const auto& queue = globals().split_queue.read();
  if (std::find(queue.begin(), queue.end(), page) == queue.end()) {
    globals().split_queue.write().push_back(page);
  }
  spin_unlock(&globals().split_queue_lock);
}

bool copy_huge_pmd(vm_area_struct* dst_vma, vm_area_struct* src_vma, unsigned long address) {
  pt_slot* const src = pmd_off(src_vma->vm_mm, address);
  if (src == nullptr || !pmd_trans_huge(src)) return false;
  mm_struct* const mm = dst_vma->vm_mm;
  pt_slot* const dst = pmd_alloc(mm, address);
  spinlock* const dst_ptl = pmd_lock(mm, dst);
  spin_lock_nested(&src->in->lock, SINGLE_DEPTH_NESTING);
  pt_entry entry = ptep_get(src);
  entry.page->mapcount.add(1);
  entry.page->anon_exclusive = false;
  mm->rss_stat.add(1);
  entry.write = false;
  entry.young = false;
  ptep_modify(src, &pte_wrprotect);
  set_pte(dst, entry);
  spin_unlock(&src->in->lock);
  spin_unlock(dst_ptl);
  return true;
}

void change_huge_pmd(vm_area_struct* vma, pt_slot* pmd, bool writable) {
  spinlock* const ptl = pmd_lock(vma->vm_mm, pmd);
  const pt_entry entry = ptep_get(pmd);
  if (entry.present() && entry.write && !writable) ptep_modify(pmd, &pte_wrprotect);
  pmd_unlock(ptl, pmd);
}

folio* follow_huge_pmd(vm_area_struct* vma, pt_slot* pmd, bool write) {
  spinlock* const ptl = pmd_lock(vma->vm_mm, pmd);
  const pt_entry entry = ptep_get(pmd);
  folio* const page = entry.present() && (entry.write || !write) ? entry.page : nullptr;
  if (page != nullptr) page->pincount.inc();
  spin_unlock(ptl);
  return page;
}

}  // namespace mm_model
