// mremap.  Follows linux 7.0 mm/mremap.c: move_vma, move_page_tables, move_ptes,
// move_normal_pmd.  A mapping is moved whole, and never merged with a neighbour.

#include <algorithm>

#include "mm_model/huge_memory.h"
#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

void take_rmap_locks(vm_area_struct* vma) {
  if (file* const of = vma->vm_file) i_mmap_lock_write(of->f_mapping);
  if (vma->anon_vma) anon_vma_lock_write(vma->anon_vma);
}

void drop_rmap_locks(vm_area_struct* vma) {
  if (vma->anon_vma) anon_vma_unlock_write(vma->anon_vma);
  if (file* const of = vma->vm_file) i_mmap_unlock_write(of->f_mapping);
}

void FlushSource(const PageTableMove& move, unsigned long length) {
  flush_tlb_range(move.old_vma->vm_mm, move.old_address, move.old_address + length);
}

void MoveLocked(const PageTableMove& move, const LockedPte& from, const LockedPte& to,
                unsigned long length) {
  page_table* const target = to.pte->in;
  for (unsigned long offset = 0; offset < length; offset += PAGE_SIZE) {
    pt_slot* const pte = from.pte->in->slot_of(move.old_address + offset);
    if (ptep_get(pte).none()) continue;
    set_pte(target->slot_of(move.new_address + offset), ptep_get_and_clear(pte));
  }
  // Before the locks go: who finds the page at its new address may free it.
  if (!move.flush_late) FlushSource(move, length);
}

// Two tables of a level: the mmap write lock makes any order of them right.
void move_ptes(const PageTableMove& move, unsigned long length) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  mm_struct* const mm = move.old_vma->vm_mm;
  if (move.need_rmap_locks) take_rmap_locks(move.old_vma);
  CheckPtMove(PtRuleId::kMovePte, {move.old_vma, move.new_vma}, site);
  const LockedPte from = pte_offset_map_lock(mm, pmd_off(mm, move.old_address), move.old_address);
  if (from.pte != nullptr) {
    pt_slot* const pmd = pmd_off(mm, move.new_address);
    const bool one_table = ptep_get(pmd).table == from.pte->in;
    const LockedPte to =
        one_table ? from : pte_offset_map_lock(mm, pmd, move.new_address, SINGLE_DEPTH_NESTING);
    if (to.pte != nullptr) {
      MoveLocked(move, from, to, length);
      if (!one_table) pte_unmap_unlock(to);
    }
    pte_unmap_unlock(from);
  }
  if (move.need_rmap_locks) drop_rmap_locks(move.old_vma);
  if (move.flush_late) FlushSource(move, length);
}

// A whole table, or a huge page, goes at once; always with the rmap locks.  Returns
// false if something is at the target.
bool move_normal_pmd(const PageTableMove& move, pt_slot* from, pt_slot* to) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  const pt_entry seen = move.look_first ? ptep_get(from) : pt_entry();
  take_rmap_locks(move.old_vma);
  CheckPtMove(PtRuleId::kMoveTable, {move.old_vma, move.new_vma}, site);
  spin_lock(&from->in->lock);
  if (from->in != to->in) spin_lock_nested(&to->in->lock, SINGLE_DEPTH_NESTING);
  const bool is_there = move.look_first || !ptep_get(from).none();
  const bool moves = ptep_get(to).none();
  if (moves && is_there) {
    const pt_entry taken = ptep_get_and_clear(from);
    const pt_entry entry = move.look_first ? seen : taken;
    if (entry.table != nullptr) entry.table->start = move.new_address / PMD_SIZE * PMD_SIZE;
    set_pte(to, entry);
    flush_tlb_range(move.old_vma->vm_mm, move.old_address, move.old_address + PMD_SIZE);
  }
  if (from->in != to->in) spin_unlock(&to->in->lock);
  pmd_unlock(&from->in->lock, from);
  drop_rmap_locks(move.old_vma);
  return moves;
}

bool CoversATable(const PageTableMove& move, unsigned long left) {
  return left >= PMD_SIZE && move.old_address % PMD_SIZE == 0 && move.new_address % PMD_SIZE == 0;
}

vm_area_struct* copy_vma(mm_struct* mm, vm_area_struct* old, unsigned long address,
                         unsigned long length) {
  vm_area_struct* const vma = vm_area_dup(mm, old);
  vma->vm_start = address;
  vma->vm_end = address + length;
  anon_vma_clone(vma, old);
  vma_start_write(vma);
  vma_iter_store_new(mm, vma);
  mm->map_count = mm->map_count + 1;
  vma_link_file(vma);
  return vma;
}

}  // namespace

void move_page_tables(PageTableMove move, unsigned long length) {
  mm_struct* const mm = move.old_vma->vm_mm;
  const unsigned long end = move.old_address + length;
  while (move.old_address < end) {
    const unsigned long left = end - move.old_address;
    const unsigned long chunk = std::min(
        {left, PMD_SIZE - move.old_address % PMD_SIZE, PMD_SIZE - move.new_address % PMD_SIZE});
    pt_slot* const from = pmd_off(mm, move.old_address);
    if (from != nullptr && !ptep_get(from).none()) {
      pt_slot* const to = pmd_alloc(mm, move.new_address);
      if (!CoversATable(move, left) || !move_normal_pmd(move, from, to)) {
        if (pmd_trans_huge(from)) split_huge_pmd(move.old_vma, from, move.old_address);
        pte_alloc(mm, to, move.new_address);
        move_ptes(move, chunk);
      }
    }
    move.old_address += chunk;
    move.new_address += chunk;
  }
}

bool do_mremap(mm_struct* mm, unsigned long old_address, unsigned long length,
               unsigned long new_address) {
  if (!mmap_write_lock_killable(mm)) return false;
  vm_area_struct* const vma = vma_lookup(mm, old_address);
  const bool found =
      vma != nullptr && vma->vm_start == old_address && vma->vm_end == old_address + length;
  if (found) {
    // MREMAP_FIXED: what was there goes.
    do_vmi_munmap(mm, new_address, length, false);
    const unsigned long hiwater_vm = mm->hiwater_vm;
    vma_start_write(vma);
    vm_area_struct* const copy = copy_vma(mm, vma, new_address, length);
    // The walk of the rmap comes to the old one first: the new one went in later.
    move_page_tables({vma, copy, old_address, new_address, false}, length);
    // For a while it is there twice, which is no high-water mark.
    const unsigned long flags = vma->vm_flags;
    vm_stat_account(mm, flags, static_cast<long>(length >> PAGE_SHIFT));
    if ((flags & VM_LOCKED) != 0) mm->locked_vm += length >> PAGE_SHIFT;
    do_vmi_munmap(mm, old_address, length, false);
    mm->hiwater_vm = hiwater_vm;
  }
  mmap_write_unlock(mm);
  return found;
}

}  // namespace mm_model
