// munmap.  Follows linux 7.0 mm/vma.c: __vm_munmap, do_vmi_align_munmap,
// vms_gather_munmap_vmas, vms_complete_munmap_vmas.
//
// The mmap lock is downgraded once the VMAs are detached: page tables are torn
// down while others fault elsewhere.  What is done to the detached VMAs then is
// done under the downgraded lock and their rmap locks alone.

#include <utility>

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

struct vma_munmap_struct {
  mm_struct* mm;
  unsigned long start;
  unsigned long end;
  std::pmr::vector<vm_area_struct*> vmas{machine().memory()};  // The side tree.
  unsigned long floor = 0;
  unsigned long ceiling = TASK_SIZE;
  // Pages of them, by what they are counted as.
  std::pmr::vector<std::pair<unsigned long, long>> pages{machine().memory()};
  unsigned long locked_vm = 0;
};

void split_ends(vma_munmap_struct* vms) {
  vm_area_struct* first = find_vma(vms->mm, vms->start);
  if (first != nullptr && first->vm_start < vms->start) split_vma(vms->mm, first, vms->start);
  vm_area_struct* last = find_vma(vms->mm, vms->end - 1);
  if (last != nullptr && last->vm_start < vms->end && last->vm_end > vms->end) {
    split_vma(vms->mm, last, vms->end);
  }
}

// Write-locks and detaches every VMA of the range; faults fail from here on.
void vms_gather_munmap_vmas(vma_munmap_struct* vms) {
  split_ends(vms);
  for (const auto& node : vms->mm->mm_mt.read()) {
    if (node.last < vms->start) vms->floor = node.last + 1;
    if (node.first >= vms->end && vms->ceiling == TASK_SIZE) vms->ceiling = node.first;
    if (node.first >= vms->start && node.last < vms->end) vms->vmas.push_back(node.item);
  }
  for (vm_area_struct* vma : vms->vmas) {
    vma_start_write(vma);
    vma_mark_detached(vma);
    const unsigned long pages = (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
    const unsigned long flags = vma->vm_flags;
    vms->pages.emplace_back(flags, static_cast<long>(pages));
    if ((flags & VM_LOCKED) != 0) vms->locked_vm += pages;
  }
}

void vms_clear_ptes(const vma_munmap_struct& vms, bool mm_wr_locked) {
  for (vm_area_struct* vma : vms.vmas) unmap_page_range(vma, vma->vm_start, vma->vm_end);
  free_pgtables(vms.mm, vms.vmas, vms.floor, vms.ceiling, mm_wr_locked);
}

void vms_complete_munmap_vmas(const vma_munmap_struct& vms, bool unlock) {
  mm_struct* const mm = vms.mm;
  mm->map_count = mm->map_count - static_cast<int>(vms.vmas.size());
  if (vms.locked_vm != 0) mm->locked_vm -= vms.locked_vm;
  if (unlock) mmap_write_downgrade(mm);
  vms_clear_ptes(vms, !unlock);
  for (const auto& [flags, pages] : vms.pages) vm_stat_account(mm, flags, -pages);
  for (vm_area_struct* vma : vms.vmas) {
    vma_close(vma);
    vm_area_free(vma);
  }
  if (unlock) mmap_read_unlock(mm);
}

void do_vmi_align_munmap(vma_munmap_struct* vms, bool unlock) {
  vms_gather_munmap_vmas(vms);
  for (vm_area_struct* vma : vms->vmas) vma_iter_clear(vms->mm, vma);
  vms_complete_munmap_vmas(*vms, unlock);
}

}  // namespace

void do_vmi_munmap(mm_struct* mm, unsigned long start, unsigned long length, bool unlock) {
  // Of the machine's memory: this task may never get to its end.
  auto* const vms = machine().New<vma_munmap_struct>();
  vms->mm = mm;
  vms->start = start;
  vms->end = start + length;
  do_vmi_align_munmap(vms, unlock);
}

bool __vm_munmap(mm_struct* mm, unsigned long start, unsigned long length) {
  if (!mmap_write_lock_killable(mm)) return false;
  do_vmi_munmap(mm, start, length, true);
  return true;
}

}  // namespace mm_model
