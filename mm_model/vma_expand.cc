// Moving the end of a VMA, and locking memory.  Follows linux 7.0 mm/vma.c
// (vma_expand, vma_shrink), mm/mmap.c (brk) and mm/mlock.c (mlock_fixup,
// apply_mlockall_flags).

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {

void vma_set_range(vm_area_struct* vma, unsigned long start, unsigned long end,
                   unsigned long pgoff) {
  vma_start_write(vma);
  vma_prepare(vma, nullptr);
  if (start != vma->vm_start) vma->vm_start = start;
  if (end != vma->vm_end) vma->vm_end = end;
  if (pgoff != vma->vm_pgoff) vma->vm_pgoff = pgoff;
  vma_complete(vma, nullptr);
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
    vma_set_range(heap, heap->vm_start, brk, heap->vm_pgoff);
    if ((heap->vm_flags & VM_LOCKED) != 0) mm->locked_vm += (brk - old) >> PAGE_SHIFT;
    vm_stat_account(mm, VM_WRITE, static_cast<long>((brk - old) >> PAGE_SHIFT));
    mm->brk = brk;
  }
  mmap_write_unlock(mm);
  return heap != nullptr;
}

namespace {

void SetFlags(vm_area_struct* vma, unsigned long flags) {
  vma_start_write(vma);
  vm_flags_reset(vma, vma->vm_flags | flags);
}

void mlock_fixup(mm_struct* mm, vm_area_struct* vma) {
  if ((vma->vm_flags & VM_LOCKED) != 0) return;
  mm->locked_vm += (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
  SetFlags(vma, VM_LOCKED);
}

}  // namespace

bool do_mlock(mm_struct* mm, unsigned long start, unsigned long length) {
  if (!mmap_write_lock_killable(mm)) return false;
  vm_area_struct* const vma = find_vma(mm, start);
  const bool found = vma != nullptr && vma->vm_start <= start;
  if (found && (vma->vm_flags & VM_LOCKED) == 0) {
    mm->locked_vm += length >> PAGE_SHIFT;
    SetFlags(vma_modify_flags(mm, vma, start, start + length, vma->vm_flags | VM_LOCKED),
             VM_LOCKED);
  }
  mmap_write_unlock(mm);
  if (found) populate_range(mm, start, start + length);
  return found;
}

bool do_mlockall(mm_struct* mm) {
  if (!mmap_write_lock_killable(mm)) return false;
  mm->def_flags = mm->def_flags | VM_LOCKED;
  for (vm_area_struct* vma : mm->mm_mt.read().Items(machine().memory())) mlock_fixup(mm, vma);
  mmap_write_unlock(mm);
  return true;
}

}  // namespace mm_model
