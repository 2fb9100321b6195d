// Faults on file mappings: read, copy on write, and shared write.
// Follows linux 7.0 mm/memory.c (do_fault and what it calls, wp_page_shared).
// No fault-around.

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/rules/page_table_rules.h"

namespace mm_model {
namespace {

// Gets vmf->page, locked and up to date; or an error, or RETRY.
vm_fault_t __do_fault(vm_fault* vmf) { return filemap_fault(vmf); }

vm_fault_t do_read_fault(vm_fault* vmf) {
  const vm_fault_t result = __do_fault(vmf);
  if ((result & (VM_FAULT_ERROR | VM_FAULT_RETRY)) != 0) return result;
  finish_fault(vmf);
  folio_unlock(vmf->page);
  return result & ~VM_FAULT_LOCKED;
}

// The first write to a page of a private mapping: a copy is mapped.
vm_fault_t do_cow_fault(vm_fault* vmf) {
  if (const vm_fault_t retry = vmf_anon_prepare(vmf)) return retry;
  folio* const copy = vma_alloc_folio(vmf->vma, vmf->address);
  const vm_fault_t result = __do_fault(vmf);
  if ((result & (VM_FAULT_ERROR | VM_FAULT_RETRY)) != 0) return result;
  folio* const original = vmf->page;
  vmf->page = copy;
  finish_fault(vmf);
  folio_unlock(original);
  return result & ~VM_FAULT_LOCKED;
}

// The file system may refuse, and gives the folio back locked and dirty.
vm_fault_t do_page_mkwrite(vm_fault* vmf) { return filemap_page_mkwrite(vmf); }

vm_fault_t do_shared_fault(vm_fault* vmf) {
  vm_fault_t result = __do_fault(vmf);
  if ((result & (VM_FAULT_ERROR | VM_FAULT_RETRY)) != 0) return result;
  folio_unlock(vmf->page);
  result = do_page_mkwrite(vmf);
  if ((result & VM_FAULT_ERROR) != 0) return result;
  if ((result & VM_FAULT_LOCKED) == 0) return 0;  // Truncated meanwhile: fault again.
  finish_fault(vmf);
  folio_unlock(vmf->page);
  return 0;
}

}  // namespace

vm_fault_t do_fault(vm_fault* vmf) {
  if ((vmf->flags & FAULT_FLAG_WRITE) == 0) return do_read_fault(vmf);
  const bool shared = (vmf->vma->vm_flags & VM_SHARED) != 0;
  return shared ? do_shared_fault(vmf) : do_cow_fault(vmf);
}

// wp_page_shared: the entry is there, and becomes writable.
vm_fault_t do_shared_wp_fault(vm_fault* vmf) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  vmf->page = vmf->orig_pte.page;
  const vm_fault_t result = do_page_mkwrite(vmf);
  if ((result & VM_FAULT_LOCKED) == 0) return result;
  const LockedPte locked = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address);
  if (locked.pte != nullptr) {
    if (ptep_get(locked.pte) == vmf->orig_pte) {
      CheckPt(PtRuleId::kMapFile, *vmf->page, site);
      pt_entry entry = mk_pte(vmf->orig_pte.page, true);
      entry.dirty = true;
      set_pte(locked.pte, entry);
    }
    pte_unmap_unlock(locked);
  }
  folio_unlock(vmf->page);
  return 0;
}

}  // namespace mm_model
