// Memory that broke, and tasks that must give theirs back.  Follows linux 7.0
// mm/memory-failure.c (memory_failure, hwpoison_user_mappings) and mm/oom_kill.c
// (oom_reap_task_mm).

#include "mm_model/mm_locks.h"
#include "mm_model/rmap_walk.h"
#include "mm_model/services.h"

namespace mm_model {
namespace {

void CollectOne(const RmapStep& step) { ++*static_cast<int*>(step.argument); }

}  // namespace

void memory_failure(folio* page) {
  mutex_lock(&globals().mf_mutex);
  page->hwpoison = true;
  folio_lock(page);
  int processes = 0;
  rmap_walk(page, &CollectOne, &processes);
  try_to_unmap(page);
  folio_unlock(page);
  mutex_unlock(&globals().mf_mutex);
}

bool oom_reap_task_mm(mm_struct* mm) {
  if (!mmap_read_trylock(mm)) return false;
  if ((mm->flags & MMF_OOM_SKIP) != 0) {  // It exits, or has been reaped.
    mmap_read_unlock(mm);
    return true;
  }
  for (vm_area_struct* vma : mm->mm_mt.read().Items(machine().memory())) {
    const bool shared = (vma->vm_flags & VM_SHARED) != 0;
    if (!shared) unmap_page_range(vma, vma->vm_start, vma->vm_end);
  }
  mm->flags.set_bits(MMF_OOM_SKIP);
  mmap_read_unlock(mm);
  return true;
}

}  // namespace mm_model
