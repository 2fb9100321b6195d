// Page faults: entry, fallback, and anonymous memory.
// Follows linux 7.0: arch/x86/mm/fault.c (do_user_addr_fault), mm/memory.c
// (handle_mm_fault, do_anonymous_page, do_wp_page, __vmf_anon_prepare) and
// mm/mmap_lock.c (lock_mm_and_find_vma).  No zero page and no huge pages.

#include "mm_model/folio.h"
#include "mm_model/huge_memory.h"
#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/services.h"
#include "mm_model/swap.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

bool access_error(const vm_area_struct* vma, unsigned flags) {
  const unsigned long needed = (flags & FAULT_FLAG_WRITE) != 0 ? VM_WRITE : VM_READ;
  return (vma->vm_flags & needed) == 0;
}

// __page_check_anon_rmap: by its index the reverse mapping finds the page again.
void CheckIndex(const vm_area_struct& vma, unsigned long address, const folio& page) {
  if (page.anon_mapping.peek() == nullptr) return;
  AlsoTouches(&vma.vm_start, AccessMode::kShared);
  AlsoTouches(&vma.vm_pgoff, AccessMode::kShared);
  const unsigned long index = vma.vm_pgoff.peek() + ((address - vma.vm_start.peek()) >> PAGE_SHIFT);
  if (page.index.peek() != index) {
    Corruption("a fault saw half of a change: the page has an index that its VMA has nowhere");
  }
}

void MapFolio(const vm_fault& vmf, pt_slot* pte, folio* page, bool write) {
  page->mapcount.add(1);
  pte->in->mm->rss_stat.add(1);
  page->visible = true;
  pt_entry entry = mk_pte(page, write);
  entry.dirty = write;
  set_pte(pte, entry);
  CheckIndex(*vmf.vma, vmf.address, *page);
}

vm_fault_t do_anonymous_page(vm_fault* vmf) {
  mm_struct* const mm = vmf->vma->vm_mm;
  pte_alloc(mm, vmf->pmd, vmf->address);
  if (const vm_fault_t retry = vmf_anon_prepare(vmf)) return retry;
  folio* const page = vma_alloc_folio(vmf->vma, vmf->address);

  const LockedPte locked = pte_offset_map_lock(mm, vmf->pmd, vmf->address);
  if (locked.pte == nullptr) return 0;  // The table went away: fault again.
  if (ptep_get(locked.pte).none()) {
    MapFolio(*vmf, locked.pte, page, (vmf->vma->vm_flags & VM_WRITE) != 0);
  }
  pte_unmap_unlock(locked);
  return 0;
}

// Copy on write: the entry is there, but write-protected.
vm_fault_t wp_page_copy(vm_fault* vmf) {
  if (const vm_fault_t retry = vmf_anon_prepare(vmf)) return retry;
  folio* const copy = vma_alloc_folio(vmf->vma, vmf->address);
  const LockedPte locked = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address);
  if (locked.pte == nullptr) return 0;
  const bool same = ptep_get(locked.pte) == vmf->orig_pte;
  if (same) {
    ptep_get_and_clear(locked.pte);  // ptep_clear_flush
    flush_tlb_range(vmf->vma->vm_mm, vmf->address, vmf->address + PAGE_SIZE);
    MapFolio(*vmf, locked.pte, copy, true);
    vmf->orig_pte.page->mapcount.add(-1);
    vmf->vma->vm_mm->rss_stat.add(-1);
  }
  pte_unmap_unlock(locked);
  if (same) folio_put(vmf->orig_pte.page);
  return 0;
}

// A hinting fault: the page is used from here; make it accessible again.
vm_fault_t do_numa_page(vm_fault* vmf) {
  const LockedPte locked = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address);
  if (locked.pte == nullptr) return 0;
  if (ptep_get(locked.pte) == vmf->orig_pte) {
    pt_entry entry = vmf->orig_pte;
    entry.protnone = false;
    set_pte(locked.pte, entry);
  }
  pte_unmap_unlock(locked);
  return 0;
}

// A page that no other process has ever had is not copied.  Returns whether it was so.
bool wp_page_reuse(vm_fault* vmf) {
  const LockedPte locked = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address);
  if (locked.pte == nullptr) return true;  // The table went away: fault again.
  const bool reuse = ptep_get(locked.pte) == vmf->orig_pte && vmf->orig_pte.page->anon_exclusive;
  if (reuse) {
    pt_entry entry = mk_pte(vmf->orig_pte.page, true);
    entry.dirty = true;
    set_pte(locked.pte, entry);
  }
  pte_unmap_unlock(locked);
  return reuse;
}

vm_fault_t do_wp_page(vm_fault* vmf) {
  if ((vmf->vma->vm_flags & VM_SHARED) != 0) return do_shared_wp_fault(vmf);
  return wp_page_reuse(vmf) ? 0 : wp_page_copy(vmf);
}

vm_fault_t handle_pte_fault(vm_fault* vmf) {
  vmf->orig_pte = ptep_get_lockless(vmf->pmd, vmf->address);
  if (vmf->orig_pte.present()) {
    if (vmf->orig_pte.protnone) return do_numa_page(vmf);
    const bool write = (vmf->flags & FAULT_FLAG_WRITE) != 0;
    return write && !vmf->orig_pte.write ? do_wp_page(vmf) : 0;
  }
  if (vmf->orig_pte.kind == pt_entry::Kind::kMarker) return VM_FAULT_SIGSEGV;
  if (!vmf->orig_pte.none()) return do_swap_page(vmf);
  return vma_is_anonymous(vmf->vma) ? do_anonymous_page(vmf) : do_fault(vmf);
}

// Returns the VMA with the mmap lock held, or null without it.
vm_area_struct* lock_mm_and_find_vma(mm_struct* mm, unsigned long address) {
  if (!mmap_read_trylock(mm) && !mmap_read_lock_killable(mm)) return nullptr;
  vm_area_struct* const vma = find_vma(mm, address);
  if (vma != nullptr && vma->vm_start <= address) return vma;
  if (vma != nullptr && (vma->vm_flags & VM_GROWSDOWN) != 0) return expand_stack(mm, address);
  mmap_read_unlock(mm);
  return nullptr;
}

// The first attempt.  Returns whether it was one, and what came of it.
bool FaultUnderVmaLock(mm_struct* mm, unsigned long address, unsigned flags, vm_fault_t* result) {
  vm_area_struct* const vma = lock_vma_under_rcu(mm, address);
  if (vma == nullptr) return false;
  if (access_error(vma, flags)) {
    vma_end_read(vma);
    *result = VM_FAULT_SIGSEGV;
    return true;
  }
  *result = handle_mm_fault(vma, address, flags | FAULT_FLAG_VMA_LOCK);
  if ((*result & VM_FAULT_RETRY) != 0) {
    ++machine().vma_lock_statistics.retry;
  } else {
    vma_end_read(vma);
  }
  return true;
}

}  // namespace

vm_fault_t do_user_addr_fault(mm_struct* mm, unsigned long address, unsigned flags) {
  flags |= FAULT_FLAG_ALLOW_RETRY;
  vm_fault_t result = 0;
  if (FaultUnderVmaLock(mm, address, flags, &result)) {
    if ((result & VM_FAULT_RETRY) == 0) return result;
    if ((result & VM_FAULT_MAJOR) != 0) flags |= FAULT_FLAG_TRIED;
  }
  while (true) {
    vm_area_struct* const vma = lock_mm_and_find_vma(mm, address);
    if (vma == nullptr) return VM_FAULT_SIGSEGV;
    if (access_error(vma, flags)) {
      mmap_read_unlock(mm);
      return VM_FAULT_SIGSEGV;
    }
    result = handle_mm_fault(vma, address, flags);
    if ((result & VM_FAULT_RETRY) == 0) break;
    flags |= FAULT_FLAG_TRIED;
  }
  mmap_read_unlock(mm);
  return result;
}

vm_fault_t handle_mm_fault(vm_area_struct* vma, unsigned long address, unsigned flags) {
  if ((vma->vm_flags & VM_HUGETLB) != 0) return hugetlb_fault(vma, address, flags);
  vm_fault vmf{.vma = vma, .address = address & ~(PAGE_SIZE - 1), .flags = flags};
  vmf.pmd = pmd_alloc(vma->vm_mm, vmf.address);
  if (pmd_trans_huge(vmf.pmd)) {
    if ((flags & FAULT_FLAG_WRITE) == 0 || ptep_get(vmf.pmd).write) return 0;
    split_huge_pmd(vma, vmf.pmd, vmf.address);  // do_huge_pmd_wp_page: a part is copied.
  }
  return handle_pte_fault(&vmf);
}

vm_fault_t vmf_anon_prepare(vm_fault* vmf) {
  if (vmf->vma->anon_vma) return 0;
  mm_struct* const mm = vmf->vma->vm_mm;
  const bool under_vma_lock = (vmf->flags & FAULT_FLAG_VMA_LOCK) != 0;
  // Waiting for the mmap lock is not allowed here, trying is.
  if (under_vma_lock && !mmap_read_trylock(mm)) {
    release_fault_lock(vmf);
    return VM_FAULT_RETRY;
  }
  __anon_vma_prepare(vmf->vma);
  if (under_vma_lock) mmap_read_unlock(mm);
  return 0;
}

void release_fault_lock(vm_fault* vmf) {
  if ((vmf->flags & FAULT_FLAG_VMA_LOCK) != 0) {
    vma_end_read(vmf->vma);
  } else {
    mmap_read_unlock(vmf->vma->vm_mm);
  }
}

vm_fault_t finish_fault(vm_fault* vmf) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  mm_struct* const mm = vmf->vma->vm_mm;
  pte_alloc(mm, vmf->pmd, vmf->address);
  const LockedPte locked = pte_offset_map_lock(mm, vmf->pmd, vmf->address);
  if (locked.pte == nullptr) return 0;
  if (ptep_get(locked.pte).none()) {
    const bool of_cache = vmf->page->anon_mapping.peek() == nullptr;
    if (of_cache) CheckPt(PtRuleId::kMapFile, *vmf->page, site);
    const bool write = (vmf->flags & FAULT_FLAG_WRITE) != 0;
    MapFolio(*vmf, locked.pte, vmf->page, write);
  }
  pte_unmap_unlock(locked);
  return 0;
}

}  // namespace mm_model
