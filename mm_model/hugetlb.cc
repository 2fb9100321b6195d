// Huge pages of hugetlbfs.  Follows linux 7.0 mm/hugetlb.c (hugetlb_fault,
// hugetlb_no_page, __hugetlb_zap_begin) and fs/hugetlbfs/inode.c
// (hugetlbfs_punch_hole).  A huge page is what a pmd entry covers; page tables are
// not shared, and there are no reservations.

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/services.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

void hugetlb_vma_lock_read(vm_area_struct* vma) { down_read(&vma->vm_private_data->rw_sema); }
void hugetlb_vma_unlock_read(vm_area_struct* vma) { up_read(&vma->vm_private_data->rw_sema); }
void hugetlb_vma_lock_write(vm_area_struct* vma) { down_write(&vma->vm_private_data->rw_sema); }
void hugetlb_vma_unlock_write(vm_area_struct* vma) { up_write(&vma->vm_private_data->rw_sema); }

// The folio of the file, locked; made if there is none.
folio* LockedFolio(address_space* mapping) {
  folio* page = filemap_get_folio(mapping, 0);
  if (page == nullptr) {
    page = folio_alloc();
    page->uptodate = true;
    folio_lock(page);
    xa_lock_irq(mapping);
    page_cache_add(mapping, 0, page);
    xa_unlock_irq(mapping);
    return page;
  }
  folio_lock(page);
  return page;
}

void hugetlb_no_page(vm_area_struct* vma, pt_slot* pmd) {
  folio* const page = LockedFolio(vma->vm_file->f_mapping);
  spinlock* const ptl = pmd_lock(vma->vm_mm, pmd);
  if (ptep_get(pmd).none() && page->mapping) {
    page->mapcount.add(1);
    set_pte(pmd, mk_pte(page, true));
  }
  spin_unlock(ptl);
  folio_unlock(page);
}

[[gnu::noinline]] void ClearEntry(vm_area_struct* vma, unsigned long address) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  mm_struct* const mm = vma->vm_mm;
  pt_slot* const pmd = pmd_off(mm, address);
  if (pmd == nullptr) return;
  CheckPt(PtRuleId::kUnshare, *pmd, site);
  spinlock* const ptl = pmd_lock(mm, pmd);
  if (ptep_get(pmd).present()) {
    ptep_get_and_clear(pmd).page->mapcount.add(-1);
    flush_tlb_range(mm, address, address + PMD_SIZE);
  }
  pmd_unlock(ptl, pmd);
}

// What i_mmap leads to; the caller holds it for writing.
void hugetlb_vmdelete_list(address_space* mapping) {
  for (vm_area_struct* vma : vma_interval_tree_iter(mapping, 0, kLastIndex)) {
    rw_semaphore* const lock = &vma->vm_private_data->rw_sema;
    if (!down_write_trylock(lock)) continue;  // The order of the two is the other one.
    ClearEntry(vma, vma->vm_start);
    up_write(lock);
  }
}

// Folio and cache go under the fault mutex, which keeps faults away.
[[gnu::noinline]] void remove_inode_hugepages(file* of) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  address_space* const mapping = of->f_mapping;
  mutex_lock(&globals().hugetlb_fault_mutex);
  WillWrite(*mapping, {Field::kIPagesTruncate, AccessKind::kPlain, nullptr, site});
  if (folio* const page = filemap_get_folio(mapping, 0)) {
    folio_lock(page);
    if (page->mapping == mapping && page->mapcount.sum() == 0) {
      xa_lock_irq(mapping);
      page_cache_delete(mapping, page);
      xa_unlock_irq(mapping);
    }
    folio_unlock(page);
    folio_put(page);
  }
  mutex_unlock(&globals().hugetlb_fault_mutex);
}

}  // namespace

vm_fault_t hugetlb_fault(vm_area_struct* vma, unsigned long address, unsigned /*flags*/) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  mutex_lock(&globals().hugetlb_fault_mutex);
  hugetlb_vma_lock_read(vma);
  pt_slot* const pmd = pmd_alloc(vma->vm_mm, address);
  CheckPt(PtRuleId::kHugeWalk, *pmd, site);
  if (ptep_get(pmd).none()) hugetlb_no_page(vma, pmd);
  hugetlb_vma_unlock_read(vma);
  mutex_unlock(&globals().hugetlb_fault_mutex);
  return 0;
}

void unmap_hugepage_range(vm_area_struct* vma) {
  address_space* const mapping = vma->vm_file->f_mapping;
  hugetlb_vma_lock_write(vma);  // __hugetlb_zap_begin
  i_mmap_lock_write(mapping);
  ClearEntry(vma, vma->vm_start);
  i_mmap_unlock_write(mapping);
  hugetlb_vma_unlock_write(vma);
}

void hugetlbfs_punch_hole(file* of) {
  inode_lock(of->f_inode);
  i_mmap_lock_write(of->f_mapping);
  hugetlb_vmdelete_list(of->f_mapping);
  i_mmap_unlock_write(of->f_mapping);
  remove_inode_hugepages(of);
  inode_unlock(of->f_inode);
}

void hugetlb_mmap(mm_struct* mm, file* of, unsigned long address) {
  mmap_write_lock(mm);
  vm_area_struct* const vma = vm_area_alloc(mm);
  vma->vm_start = address;
  vma->vm_end = address + PMD_SIZE;
  vma->vm_pgoff = 0;
  vm_flags_init(vma, VM_READ | VM_WRITE | VM_SHARED | VM_HUGETLB);
  vma->vm_file = of;
  vma->vm_ops = kHugetlbVmOps;
  vma->vm_private_data = machine().New<hugetlb_vma_lock>();
  vma_start_write(vma);
  vma_iter_store_new(mm, vma);
  mm->map_count = mm->map_count + 1;
  vma_link_file(vma);
  vm_stat_account(mm, VM_WRITE | VM_SHARED, PMD_SIZE >> PAGE_SHIFT);
  mmap_write_unlock(mm);
}

}  // namespace mm_model
