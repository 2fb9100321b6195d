// Growing a stack.  Follows linux 7.0 mm/vma.c, expand_downwards, and mm/mmap.c,
// expand_stack.

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {

bool expand_stack_locked(vm_area_struct* vma, unsigned long address) {
  mm_struct* const mm = vma->vm_mm;
  address &= ~(PAGE_SIZE - 1);
  if ((vma->vm_flags & VM_GROWSDOWN) == 0) return false;
  if (!vma->anon_vma) __anon_vma_prepare(vma);
  vma_start_write(vma);  // Keeps out faults under the VMA lock.
  anon_vma_lock_write(vma->anon_vma);
  if (address < vma->vm_start) {
    const unsigned long grow = (vma->vm_start - address) >> PAGE_SHIFT;
    anon_vma_interval_tree_pre_update_vma(vma);
    mm->mm_mt.write().erase(vma);
    if ((vma->vm_flags & VM_LOCKED) != 0) mm->locked_vm += grow;
    vm_stat_account(mm, VM_GROWSDOWN, static_cast<long>(grow));
    vma->vm_start = address;
    vma->vm_pgoff = vma->vm_pgoff - grow;
    mm->mm_mt.write().insert(vma->vm_start, vma->vm_end - 1, vma);
    anon_vma_interval_tree_post_update_vma(vma);
  }
  anon_vma_unlock_write(vma->anon_vma);
  return true;
}

vm_area_struct* expand_stack(mm_struct* mm, unsigned long address) {
  mmap_read_unlock(mm);  // There is no upgrade: what was found must be found again.
  if (!mmap_write_lock_killable(mm)) return nullptr;
  vm_area_struct* const vma = find_vma(mm, address);
  if (vma != nullptr && (vma->vm_start <= address || expand_stack_locked(vma, address))) {
    mmap_write_downgrade(mm);
    return vma;
  }
  mmap_write_unlock(mm);
  return nullptr;
}

}  // namespace mm_model
