// The end of an address space.  Follows linux 7.0 mm/mmap.c, exit_mmap.

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {

void exit_mmap(mm_struct* mm) {
  mmap_read_lock(mm);
  const auto vmas = mm->mm_mt.read().Items(machine().memory());
  for (vm_area_struct* vma : vmas) unmap_page_range(vma, vma->vm_start, vma->vm_end);
  mmap_read_unlock(mm);

  mm->flags.set_bits(MMF_OOM_SKIP);  // From here the reaper keeps out.
  mmap_write_lock(mm);
  free_pgtables(mm, vmas, 0, TASK_SIZE, true);
  for (vm_area_struct* vma : vmas) {
    vma_mark_detached(vma);
    vma_iter_clear(mm, vma);
    mm->map_count = mm->map_count - 1;
    vm_stat_account(mm, vma->vm_flags,
                    -static_cast<long>((vma->vm_end - vma->vm_start) >> PAGE_SHIFT));
    vma_close(vma);
    vm_area_free(vma);
  }
  mmap_write_unlock(mm);
}

void mmput(mm_struct* mm) {
  if (!mm->mm_users.dec_and_test()) return;
  exit_mmap(mm);
  mm->exe_file = nullptr;
  AlsoTouches(&mm->freed, AccessMode::kExclusive);
  mm->freed = true;
}

}  // namespace mm_model
