// fork's copy of an address space.  Follows linux 7.0 mm/mmap.c (dup_mmap) and
// mm/memory.c (copy_page_range), with 6.12's vma_start_write, which cannot be
// interrupted.  Every VMA is copied, and page tables always.

#include <algorithm>

#include "mm_model/huge_memory.h"
#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/swap.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

bool is_cow_mapping(unsigned long flags) { return (flags & VM_SHARED) == 0; }

// swapoff must look at the child too.
void copy_swap_pte(pt_slot* dst, const pt_entry& entry) {
  swap_duplicate(entry.swap);
  add_to_mmlist(dst->in->mm);
  set_pte(dst, entry);
}

void copy_one_pte(pt_slot* dst, pt_slot* src, bool cow) {
  pt_entry entry = ptep_get(src);
  if (entry.none()) return;
  if (entry.kind == pt_entry::Kind::kSwap) return copy_swap_pte(dst, entry);
  // A migration entry is counted when migration ends.
  if (entry.present()) {
    entry.page->mapcount.add(1);
    dst->in->mm->rss_stat.add(1);
    if (cow && entry.page->anon_mapping) entry.page->anon_exclusive = false;
  }
  if (cow && entry.present() && entry.write) ptep_modify(src, &pte_wrprotect);
  if (cow) entry.write = false;
  entry.young = false;            // The child has not used it.
  if (!cow) entry.dirty = false;  // The parent's entry tells of what it wrote.
  set_pte(dst, entry);
}

// The child's table can be taken out again, being empty, until it is locked.
LockedPte pte_alloc_map_lock(mm_struct* mm, pt_slot* pmd, unsigned long address) {
  LockedPte locked;
  while (locked.pte == nullptr) {
    pte_alloc(mm, pmd, address);
    locked = pte_offset_map_lock(mm, pmd, address);
  }
  return locked;
}

// The child's table is locked first; the parent's is the second of its level.
void copy_pte_range(vm_area_struct* dst_vma, vm_area_struct* src_vma, unsigned long start,
                    unsigned long end) {
  pt_slot* const src_pmd = pmd_off(src_vma->vm_mm, start);
  if (src_pmd == nullptr || ptep_get(src_pmd).table == nullptr) return;
  pt_slot* const dst_pmd = pmd_alloc(dst_vma->vm_mm, start);
  const bool cow = is_cow_mapping(src_vma->vm_flags);
  if (cow) src_vma->vm_mm->write_protect_seq += 1;  // Odd: fast GUP keeps out.

  const LockedPte dst = pte_alloc_map_lock(dst_vma->vm_mm, dst_pmd, start);
  const LockedPte src = pte_offset_map_lock(src_vma->vm_mm, src_pmd, start, SINGLE_DEPTH_NESTING);
  for (unsigned long address = start; src.pte != nullptr && address < end; address += PAGE_SIZE) {
    copy_one_pte(dst.pte->in->slot_of(address), src.pte->in->slot_of(address), cow);
  }
  if (src.pte != nullptr) pte_unmap_unlock(src);
  pte_unmap_unlock(dst);
  if (cow) src_vma->vm_mm->write_protect_seq += 1;
}

void copy_page_range(vm_area_struct* dst_vma, vm_area_struct* src_vma) {
  CheckPtMove(PtRuleId::kFork, {src_vma, src_vma}, LOCKDEP_CALL_SITE());
  if ((src_vma->vm_flags & VM_HUGETLB) != 0) return;  // Shared: faulted in when it is used.
  unsigned long start = src_vma->vm_start;
  const unsigned long end = src_vma->vm_end;
  while (start < end) {
    const unsigned long next = std::min(end, (start / PMD_SIZE + 1) * PMD_SIZE);
    if (!copy_huge_pmd(dst_vma, src_vma, start)) copy_pte_range(dst_vma, src_vma, start, next);
    start = next;
  }
}

// Nothing is filled in while the pages are copied.
userfaultfd_ctx* dup_userfaultfd(vm_area_struct* mpnt) {
  userfaultfd_ctx* const ctx = mpnt->vm_userfaultfd_ctx;
  if (ctx == nullptr) return nullptr;
  down_write(&ctx->map_changing_lock);
  ctx->mmap_changing += 1;
  up_write(&ctx->map_changing_lock);
  return ctx;
}

// The child's VMA becomes findable through its file only when it is complete.
void dup_vma(mm_struct* mm, vm_area_struct* mpnt) {
  vm_area_struct* const tmp = vm_area_dup(mm, mpnt);
  vm_flags_init(tmp, tmp->vm_flags & ~VM_LOCKED);  // Not inherited.
  if (mpnt->vm_private_data) tmp->vm_private_data = machine().New<hugetlb_vma_lock>();
  anon_vma_fork(tmp, mpnt);
  vma_start_write(tmp);
  vma_iter_store_new(mm, tmp);
  mm->map_count = mm->map_count + 1;
  vma_link_file(tmp);
  copy_page_range(tmp, mpnt);
}

bool dup_mmap(mm_struct* mm, mm_struct* oldmm, bool lock_vmas) {
  if (!mmap_write_lock_killable(oldmm)) return false;
  // Nobody else knows the child yet.
  mmap_write_lock_nested(mm, SINGLE_DEPTH_NESTING);
  mm->total_vm = oldmm->total_vm;
  mm->exec_vm = oldmm->exec_vm;
  mm->stack_vm = oldmm->stack_vm;
  mm->data_vm = oldmm->data_vm;
  userfaultfd_ctx* ctx = nullptr;  // Of at most one VMA.
  for (vm_area_struct* mpnt : oldmm->mm_mt.read().Items(machine().memory())) {
    if (lock_vmas) vma_start_write(mpnt);
    if (userfaultfd_ctx* const its = dup_userfaultfd(mpnt)) ctx = its;
    dup_vma(mm, mpnt);
  }
  flush_tlb_mm(oldmm);  // Nobody writes any more to what is shared now.
  mmap_write_unlock(mm);
  mmap_write_unlock(oldmm);
  if (ctx != nullptr) ctx->mmap_changing.add(-1);  // dup_userfaultfd_complete
  return true;
}

}  // namespace

mm_struct* dup_mm(mm_struct* oldmm, bool lock_vmas) {
  auto* const mm = machine().New<mm_struct>();
  return dup_mmap(mm, oldmm, lock_vmas) ? mm : nullptr;
}

}  // namespace mm_model
