// Same-page merging.  Follows linux 7.0 mm/ksm.c: try_to_merge_one_page,
// write_protect_page.  The page stays its own: there is nobody to share with.

#include "mm_model/mm_locks.h"
#include "mm_model/rmap_walk.h"
#include "mm_model/services.h"
#include "mm_model/tlb.h"

namespace mm_model {
namespace {

[[gnu::noinline]] void write_protect_page(vm_area_struct* vma, unsigned long address, folio* page) {
  // References to the page are counted, and the swap cache has one.
  WillRead(*page, {Field::kFolioSwapCache, AccessKind::kPlain, &page->swap, LOCKDEP_CALL_SITE()});
  const LockedPte locked = page_vma_mapped_walk({page, vma, address, nullptr});
  if (locked.pte == nullptr) return;
  pt_entry entry = ptep_get(locked.pte);
  if (entry.present() && entry.write) {
    entry = ptep_get_and_clear(locked.pte);
    flush_tlb_range(vma->vm_mm, address, address + PAGE_SIZE);
    page->anon_exclusive = false;  // It may be shared from here.
    entry.write = false;
    set_pte(locked.pte, entry);
  }
  pte_unmap_unlock(locked);
}

// What is mapped at the address, as a scan sees it.
folio* ScanPte(vm_area_struct* vma, unsigned long address) {
  mm_struct* const mm = vma->vm_mm;
  pt_slot* const pmd = pmd_off(mm, address);
  if (pmd == nullptr) return nullptr;
  const LockedPte locked = pte_offset_map_lock(mm, pmd, address);
  if (locked.pte == nullptr) return nullptr;
  const pt_entry entry = ptep_get(locked.pte);
  pte_unmap_unlock(locked);
  return entry.present() ? entry.page : nullptr;
}

}  // namespace

bool ksm_try_to_merge(mm_struct* mm, unsigned long address) {
  mutex_lock(&globals().ksm_thread_mutex);
  globals().ksm_scan = globals().ksm_scan + PAGE_SIZE;
  mmap_read_lock(mm);
  vm_area_struct* const vma = vma_lookup(mm, address);
  folio* const page = vma == nullptr ? nullptr : ScanPte(vma, address);
  const bool locked = page != nullptr && folio_trylock(page);
  if (locked) {
    write_protect_page(vma, address, page);
    folio_unlock(page);
  }
  mmap_read_unlock(mm);
  mutex_unlock(&globals().ksm_thread_mutex);
  return locked;
}

}  // namespace mm_model
