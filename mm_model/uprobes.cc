// What of which file is mapped where a breakpoint was hit.  Follows linux 7.0
// kernel/events/uprobes.c: find_active_uprobe_speculative and _rcu.  Every place
// has a probe.

#include "mm_model/mm_locks.h"
#include "mm_model/services.h"

namespace mm_model {
namespace {

uprobe_place PlaceIn(const vm_area_struct* vma, unsigned long address) {
  const file* const of = vma->vm_file;
  if (of == nullptr) return {};
  return {of->f_inode, (vma->vm_pgoff << PAGE_SHIFT) + (address - vma->vm_start)};
}

// No lock: the VMA may be changed, freed and used again meanwhile, even by another
// mm.  What was read counts only if no writer of the mm was there in between.
bool find_active_uprobe_speculative(mm_struct* mm, unsigned long address, uprobe_place* place) {
  unsigned sequence = 0;
  rcu_read_lock();
  bool settled = false;
  if (mmap_lock_speculate_try_begin(mm, &sequence)) {
    const vm_area_struct* const vma = vma_lookup(mm, address);
    if (vma != nullptr) *place = PlaceIn(vma, address);
    settled = !mmap_lock_speculate_retry(mm, sequence);
  }
  rcu_read_unlock();
  return settled;
}

}  // namespace

uprobe_place find_active_uprobe(mm_struct* mm, unsigned long address) {
  uprobe_place place;
  if (find_active_uprobe_speculative(mm, address, &place)) return place;
  place = {};
  mmap_read_lock(mm);
  const vm_area_struct* const vma = vma_lookup(mm, address);
  if (vma != nullptr) place = PlaceIn(vma, address);
  mmap_read_unlock(mm);
  return place;
}

}  // namespace mm_model
