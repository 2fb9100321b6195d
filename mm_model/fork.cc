// fork's copy of an address space.  Follows linux 7.0 mm/mmap.c (dup_mmap) and
// mm/memory.c (copy_page_range), with 6.12's vma_start_write, which cannot be
// interrupted.  Every VMA is copied, and page tables always.

#include <algorithm>

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

constexpr unsigned long kPmdEntrySize = PAGE_SIZE << kEntryBits;

bool is_cow_mapping(unsigned long flags) { return (flags & VM_SHARED) == 0; }

void copy_present_pte(pt_slot* dst, pt_slot* src, bool cow) {
  pt_entry entry = ptep_get(src);
  if (!entry.present()) return;
  ++entry.page->mapcount;
  if (cow && entry.write) {
    entry.write = false;
    set_pte(src, entry);
  }
  set_pte(dst, entry);
}

// The child's table is locked first; the parent's is the second of its level.
void copy_pte_range(vm_area_struct* dst_vma, vm_area_struct* src_vma, unsigned long start,
                    unsigned long end) {
  pt_slot* const src_pmd = pmd_off(src_vma->vm_mm, start);
  if (src_pmd == nullptr || ptep_get(src_pmd).none()) return;
  pt_slot* const dst_pmd = pmd_alloc(dst_vma->vm_mm, start);
  pte_alloc(dst_vma->vm_mm, dst_pmd, start);
  const bool cow = is_cow_mapping(src_vma->vm_flags);

  const LockedPte dst = pte_offset_map_lock(dst_vma->vm_mm, dst_pmd, start);
  const LockedPte src = pte_offset_map_lock(src_vma->vm_mm, src_pmd, start, SINGLE_DEPTH_NESTING);
  for (unsigned long address = start; address < end; address += PAGE_SIZE) {
    copy_present_pte(dst.pte->in->slot_of(address), src.pte->in->slot_of(address), cow);
  }
  pte_unmap_unlock(src);
  pte_unmap_unlock(dst);
}

void copy_page_range(vm_area_struct* dst_vma, vm_area_struct* src_vma) {
  unsigned long start = src_vma->vm_start;
  const unsigned long end = src_vma->vm_end;
  while (start < end) {
    const unsigned long next = std::min(end, (start / kPmdEntrySize + 1) * kPmdEntrySize);
    copy_pte_range(dst_vma, src_vma, start, next);
    start = next;
  }
}

// The child's VMA becomes findable through its file only when it is complete.
void dup_vma(mm_struct* mm, vm_area_struct* mpnt) {
  vm_area_struct* const tmp = vm_area_dup(mm, mpnt);
  anon_vma_fork(tmp, mpnt);
  vma_start_write(tmp);
  vma_iter_store_new(mm, tmp);
  mm->map_count = mm->map_count + 1;
  vma_link_file(tmp);
  copy_page_range(tmp, mpnt);
}

bool dup_mmap(mm_struct* mm, mm_struct* oldmm) {
  if (!mmap_write_lock_killable(oldmm)) return false;
  // Nobody else knows the child yet.
  mmap_write_lock_nested(mm, SINGLE_DEPTH_NESTING);
  mm->total_vm = oldmm->total_vm;
  for (vm_area_struct* mpnt : oldmm->mm_mt.read().Items(machine().memory())) {
    vma_start_write(mpnt);
    dup_vma(mm, mpnt);
  }
  mmap_write_unlock(mm);
  mmap_write_unlock(oldmm);
  return true;
}

}  // namespace

mm_struct* dup_mm(mm_struct* oldmm) {
  auto* const mm = machine().New<mm_struct>();
  return dup_mmap(mm, oldmm) ? mm : nullptr;
}

}  // namespace mm_model
