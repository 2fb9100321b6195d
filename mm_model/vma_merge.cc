// Merging VMAs with their neighbours.  Follows linux 7.0 mm/vma.c: vma_merge_new_range,
// vma_merge_existing_range, commit_merge, dup_anon_vma.

#include <algorithm>

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

// Those that become one, in the order of their addresses; null where there is none.
struct vma_merge_struct {
  vm_area_struct* prev = nullptr;
  vm_area_struct* middle = nullptr;
  vm_area_struct* next = nullptr;

  vm_area_struct* target() const { return prev != nullptr ? prev : next; }
};

bool is_mergeable_vma(const vm_area_struct* vma, const NewMapping& mapping) {
  return vma->vm_flags == mapping.flags && vma->vm_file == mapping.of && !vma->anon_name &&
         !vma->vm_policy && vma->vm_userfaultfd_ctx == nullptr && !vma->vm_private_data;
}

bool is_mergeable_anon_vma(const anon_vma* one, const anon_vma* other) {
  return one == nullptr || other == nullptr || one == other;
}

vm_area_struct* MergeablePrev(mm_struct* mm, const NewMapping& mapping) {
  vm_area_struct* const prev = vma_lookup(mm, mapping.start - 1);
  const bool fits = prev != nullptr && is_mergeable_vma(prev, mapping) &&
                    linear_page_index(prev, mapping.start) == mapping.pgoff &&
                    is_mergeable_anon_vma(prev->anon_vma, mapping.anon);
  return fits ? prev : nullptr;
}

vm_area_struct* MergeableNext(mm_struct* mm, const NewMapping& mapping) {
  vm_area_struct* const next = vma_lookup(mm, mapping.end);
  const unsigned long pages = (mapping.end - mapping.start) >> PAGE_SHIFT;
  const bool fits = next != nullptr && is_mergeable_vma(next, mapping) &&
                    next->vm_pgoff == mapping.pgoff + pages &&
                    is_mergeable_anon_vma(next->anon_vma, mapping.anon);
  return fits ? next : nullptr;
}

vma_merge_struct FindNeighbours(mm_struct* mm, const NewMapping& mapping) {
  vma_merge_struct vmg{MergeablePrev(mm, mapping), nullptr, MergeableNext(mm, mapping)};
  const bool both = vmg.prev != nullptr && vmg.next != nullptr;
  if (both && !is_mergeable_anon_vma(vmg.prev->anon_vma, vmg.next->anon_vma)) vmg.next = nullptr;
  return vmg;
}

// The one that stays takes the anon_vma over with the pages.
void dup_anon_vma(vm_area_struct* dst, const vm_area_struct* src) {
  if (src != nullptr && src != dst && !dst->anon_vma && src->anon_vma) anon_vma_clone(dst, src);
}

// It is in nobody's way any more.
void RemoveMerged(mm_struct* mm, vm_area_struct* vma) {
  vma_mark_detached(vma);
  unlink_anon_vmas(vma);
  unlink_file_vma(vma);
  mm->map_count = mm->map_count - 1;
  vm_area_free(vma);
}

// REQUIRES: the mmap write lock.
vm_area_struct* commit_merge(mm_struct* mm, const vma_merge_struct& vmg,
                             const NewMapping& mapping) {
  vm_area_struct* const target = vmg.target();
  vm_area_struct* const removed[] = {vmg.middle, vmg.prev != nullptr ? vmg.next : nullptr};
  const unsigned long start = std::min<unsigned long>(target->vm_start, mapping.start);
  const unsigned long end = removed[1] != nullptr
                                ? removed[1]->vm_end
                                : std::max<unsigned long>(target->vm_end, mapping.end);
  vma_start_write(target);
  for (vm_area_struct* vma : removed) {
    if (vma != nullptr) vma_start_write(vma);
  }
  for (vm_area_struct* vma : removed) dup_anon_vma(target, vma);
  for (vm_area_struct* vma : removed) {
    if (vma != nullptr) vma_iter_clear(mm, vma);
  }
  const bool grows_down = mapping.start < target->vm_start;
  vma_set_range(target, start, end, grows_down ? mapping.pgoff : target->vm_pgoff);
  for (vm_area_struct* vma : removed) {
    if (vma != nullptr) RemoveMerged(mm, vma);
  }
  return target;
}

}  // namespace

vm_area_struct* vma_merge_new_range(mm_struct* mm, const NewMapping& mapping) {
  const vma_merge_struct vmg = FindNeighbours(mm, mapping);
  return vmg.target() == nullptr ? nullptr : commit_merge(mm, vmg, mapping);
}

vm_area_struct* vma_merge_existing_range(mm_struct* mm, vm_area_struct* vma, unsigned long flags) {
  const NewMapping mapping{.of = vma->vm_file,
                           .start = vma->vm_start,
                           .end = vma->vm_end,
                           .flags = flags,
                           .pgoff = vma->vm_pgoff,
                           .anon = vma->anon_vma};
  vma_merge_struct vmg = FindNeighbours(mm, mapping);
  if (vmg.target() == nullptr) return nullptr;
  vmg.middle = vma;
  return commit_merge(mm, vmg, mapping);
}

}  // namespace mm_model
