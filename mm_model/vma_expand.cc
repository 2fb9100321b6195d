// Moving the end of a VMA.  Follows linux 7.0 mm/vma.c: vma_expand, vma_shrink,
// vma_prepare and vma_complete for one VMA.

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

void HideFromRmap(vm_area_struct* vma) {
  if (file* const of = vma->vm_file) {
    i_mmap_lock_write(of->f_mapping);
    of->f_mapping->i_mmap.write().erase(vma);
  }
  if (vma->anon_vma) {
    anon_vma_lock_write(vma->anon_vma);
    anon_vma_interval_tree_pre_update_vma(vma);
  }
}

void ShowToRmap(vm_area_struct* vma) {
  if (vma->anon_vma) {
    anon_vma_interval_tree_post_update_vma(vma);
    anon_vma_unlock_write(vma->anon_vma);
  }
  if (file* const of = vma->vm_file) {
    of->f_mapping->i_mmap.write().insert(vma_start_pgoff(vma), vma_last_pgoff(vma), vma);
    i_mmap_unlock_write(of->f_mapping);
  }
}

}  // namespace

void vma_set_range(vm_area_struct* vma, unsigned long start, unsigned long end) {
  mm_struct* const mm = vma->vm_mm;
  vma_start_write(vma);
  HideFromRmap(vma);
  mm->mm_mt.write().erase(vma);
  if (start != vma->vm_start) {
    vma->vm_pgoff = vma->vm_pgoff + ((start - vma->vm_start) >> PAGE_SHIFT);
    vma->vm_start = start;
  }
  if (end != vma->vm_end) vma->vm_end = end;
  mm->mm_mt.write().insert(start, end - 1, vma);
  ShowToRmap(vma);
}

bool do_brk(mm_struct* mm, unsigned long brk) {
  if (!mmap_write_lock_killable(mm)) return false;
  const unsigned long old = mm->brk;
  if (brk < old) {
    mm->brk = brk;  // Before the unmapping, which gives the lock back.
    do_vmi_munmap(mm, brk, old - brk, true);
    return true;
  }
  vm_area_struct* const heap = old == brk ? nullptr : vma_lookup(mm, old - 1);
  if (heap != nullptr) {
    vma_set_range(heap, heap->vm_start, brk);
    mm->total_vm += (brk - old) >> PAGE_SHIFT;
    mm->data_vm += (brk - old) >> PAGE_SHIFT;
    mm->brk = brk;
  }
  mmap_write_unlock(mm);
  return heap != nullptr;
}

bool do_mlock(mm_struct* mm, unsigned long start, unsigned long length) {
  if (!mmap_write_lock_killable(mm)) return false;
  vm_area_struct* const vma = find_vma(mm, start);
  const bool found = vma != nullptr && vma->vm_start <= start;
  if (found) {
    mm->locked_vm += length >> PAGE_SHIFT;
    vma_start_write(vma);
    vm_flags_reset(vma, vma->vm_flags | VM_LOCKED);
  }
  mmap_write_unlock(mm);
  if (found) populate_range(mm, start, start + length);
  return found;
}

}  // namespace mm_model
