// Pages of user memory, for the kernel's own use.  Follows linux 7.0 mm/gup.c
// (__get_user_pages, gup_fast and its walk) and drivers/infiniband/core/umem.c.

#include "mm_model/folio.h"
#include "mm_model/huge_memory.h"
#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

// Pins what is mapped there; null: it must be faulted in.
folio* follow_page_pte(vm_area_struct* vma, unsigned long address, bool write) {
  mm_struct* const mm = vma->vm_mm;
  pt_slot* const pmd = pmd_off(mm, address);
  if (pmd == nullptr) return nullptr;
  if (pmd_trans_huge(pmd)) return follow_huge_pmd(vma, pmd, write);
  const LockedPte locked = pte_offset_map_lock(mm, pmd, address);
  if (locked.pte == nullptr) return nullptr;
  const pt_entry entry = ptep_get(locked.pte);
  folio* const page = entry.present() && (entry.write || !write) ? entry.page : nullptr;
  if (page != nullptr) page->pincount.inc();
  pte_unmap_unlock(locked);
  return page;
}

// Entries are read without their locks: who frees a table waits until interrupts
// are on again, and what was found is looked at again once it is pinned.
folio* gup_fast_pte(mm_struct* mm, unsigned long address, bool write) {
  pt_slot* const pmd = pmd_off(mm, address);
  if (pmd == nullptr) return nullptr;
  const pt_entry table = ptep_get(pmd);
  if (table.table == nullptr) return nullptr;
  pt_slot* const pte = table.table->slot_of(address);
  const pt_entry entry = ptep_get(pte);
  if (!entry.present() || (write && !entry.write)) return nullptr;
  entry.page->pincount.inc();
  if (ptep_get(pmd) == table && ptep_get(pte) == entry) return entry.page;
  entry.page->pincount.dec();
  return nullptr;
}

}  // namespace

folio* get_user_page(mm_struct* mm, unsigned long address, bool write) {
  if (!mmap_read_lock_killable(mm)) return nullptr;
  folio* page = nullptr;
  unsigned flags = FAULT_FLAG_ALLOW_RETRY | (write ? FAULT_FLAG_WRITE : 0);
  while (true) {
    vm_area_struct* const vma = vma_lookup(mm, address);
    if (vma == nullptr) break;
    page = follow_page_pte(vma, address, write);
    if (page != nullptr) break;
    const vm_fault_t result = handle_mm_fault(vma, address, flags);
    if ((result & VM_FAULT_ERROR) != 0) break;
    if ((result & VM_FAULT_RETRY) == 0) continue;
    if (!mmap_read_lock_killable(mm)) return nullptr;  // The fault gave it back.
    flags |= FAULT_FLAG_TRIED;
  }
  mmap_read_unlock(mm);
  return page;
}

folio* get_user_page_fast(mm_struct* mm, unsigned long address, bool write) {
  const unsigned sequence = mm->write_protect_seq;
  folio* page = nullptr;
  if (sequence % 2 == 0) {
    local_irq_save();
    page = gup_fast_pte(mm, address, write);
    local_irq_restore();
  }
  if (page != nullptr && mm->write_protect_seq != sequence) {
    page->pincount.dec();  // A fork has made it read-only meanwhile.
    page = nullptr;
  }
  return page != nullptr ? page : get_user_page(mm, address, write);
}

void unpin_user_page(folio* page) {
  page->pincount.dec();
  folio_put(page);
}

folio* ib_umem_get(mm_struct* mm, unsigned long address) {
  mm->pinned_vm.add(1);
  folio* const page = get_user_page_fast(mm, address, true);
  if (page == nullptr) mm->pinned_vm.add(-1);
  return page;
}

void ib_umem_release(mm_struct* mm, folio* page) {
  unpin_user_page(page);
  mm->pinned_vm.add(-1);
}

void populate_range(mm_struct* mm, unsigned long start, unsigned long end) {
  for (unsigned long address = start; address < end; address += PAGE_SIZE) {
    folio* const page = get_user_page(mm, address, true);
    if (page != nullptr) unpin_user_page(page);
  }
}

bool access_remote_vm(mm_struct* mm, unsigned long address) {
  folio* const page = get_user_page(mm, address, false);
  if (page != nullptr) unpin_user_page(page);
  return page != nullptr;
}

}  // namespace mm_model
