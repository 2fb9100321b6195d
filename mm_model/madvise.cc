// madvise.  Follows linux 7.0 mm/madvise.c: which lock each behaviour takes, and
// what it does under it.  6.12 took the mmap read lock for all of the first group.

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

// The VMA that covers the whole range: under its read lock, or under the mmap
// lock, which `mmap_locked` says.
vm_area_struct* LockRange(mm_struct* mm, unsigned long start, unsigned long end,
                          bool* mmap_locked) {
  *mmap_locked = false;
  if (vm_area_struct* const vma = lock_vma_under_rcu(mm, start)) {
    if (end <= vma->vm_end) return vma;
    vma_end_read(vma);  // Before waiting for the mmap lock: rule ST-VR-M.
  }
  mmap_read_lock(mm);
  *mmap_locked = true;
  vm_area_struct* const vma = vma_lookup(mm, start);
  return vma != nullptr && end <= vma->vm_end ? vma : nullptr;
}

void UnlockRange(mm_struct* mm, vm_area_struct* vma, bool mmap_locked) {
  if (mmap_locked) return mmap_read_unlock(mm);
  vma_end_read(vma);
}

pt_entry ToOldAndClean(pt_entry entry) {
  entry.young = false;
  entry.dirty = false;
  return entry;
}

// MADV_FREE: the page may be dropped until it is written again.
void madvise_free_pte(pt_slot* pte) {
  const pt_entry entry = ptep_get(pte);
  if (!entry.present() || !folio_trylock(entry.page)) return;
  folio_clear_dirty(entry.page);
  folio_unlock(entry.page);
  ptep_modify(pte, &ToOldAndClean);
}

// One table's worth of the range, each entry by `change`.
void ForEachPte(vm_area_struct* vma, unsigned long start, unsigned long end,
                void (*change)(pt_slot* pte)) {
  mm_struct* const mm = vma->vm_mm;
  for (unsigned long address = start; address < end; address += PAGE_SIZE) {
    pt_slot* const pmd = pmd_off(mm, address);
    if (pmd == nullptr) continue;
    const LockedPte locked = pte_offset_map_lock(mm, pmd, address);
    if (locked.pte == nullptr) continue;
    change(locked.pte);
    pte_unmap_unlock(locked);
  }
}

void InstallMarker(pt_slot* pte) {
  if (ptep_get(pte).none()) set_pte(pte, {.kind = pt_entry::Kind::kMarker});
}

void RemoveMarker(pt_slot* pte) {
  if (ptep_get(pte).kind == pt_entry::Kind::kMarker) ptep_get_and_clear(pte);
}

bool OnRange(mm_struct* mm, unsigned long start, unsigned long length,
             void (*behaviour)(vm_area_struct* vma, unsigned long start, unsigned long end)) {
  bool mmap_locked = false;
  vm_area_struct* const vma = LockRange(mm, start, start + length, &mmap_locked);
  if (vma != nullptr) behaviour(vma, start, start + length);
  UnlockRange(mm, vma, mmap_locked);
  return vma != nullptr;
}

// CONFIG_PT_RECLAIM: a table that all of the range was in goes too (zap_pte_table_if_empty).
void madvise_dontneed_single_vma(vm_area_struct* vma, unsigned long start, unsigned long end) {
  unmap_page_range(vma, start, end);
  for (unsigned long at = (start + PMD_SIZE - 1) / PMD_SIZE * PMD_SIZE; at + PMD_SIZE <= end;
       at += PMD_SIZE) {
    pt_slot* const pmd = pmd_off(vma->vm_mm, at);
    if (pmd != nullptr && ptep_get(pmd).table != nullptr) take_out_pte_table(vma, pmd, {});
  }
}

void madvise_free_single_vma(vm_area_struct* vma, unsigned long start, unsigned long end) {
  ForEachPte(vma, start, end, &madvise_free_pte);
  flush_tlb_range(vma->vm_mm, start, end);  // Or later writes do not mark the entries.
}

void madvise_guard_remove(vm_area_struct* vma, unsigned long start, unsigned long end) {
  ForEachPte(vma, start, end, &RemoveMarker);
}

// VM_MAYBE_GUARD is the flag that may be set without the write locks.
void madvise_guard_install(vm_area_struct* vma, unsigned long start, unsigned long end) {
  mm_struct* const mm = vma->vm_mm;
  vma_set_maybe_guard(vma);
  for (unsigned long address = start; address < end; address += PAGE_SIZE) {
    pte_alloc(mm, pmd_alloc(mm, address), address);
  }
  ForEachPte(vma, start, end, &InstallMarker);
}

}  // namespace

bool madvise_dontneed(mm_struct* mm, unsigned long start, unsigned long length) {
  return OnRange(mm, start, length, &madvise_dontneed_single_vma);
}

bool madvise_free(mm_struct* mm, unsigned long start, unsigned long length) {
  return OnRange(mm, start, length, &madvise_free_single_vma);
}

bool madvise_guard(mm_struct* mm, unsigned long start, unsigned long length, bool install) {
  return OnRange(mm, start, length, install ? &madvise_guard_install : &madvise_guard_remove);
}

bool madvise_set_flags(mm_struct* mm, unsigned long start, unsigned long length,
                       unsigned long flags) {
  if (!mmap_write_lock_killable(mm)) return false;
  vm_area_struct* vma = vma_lookup(mm, start);
  const bool covered = vma != nullptr && start + length <= vma->vm_end;
  if (covered) {
    vma = vma_modify_flags(mm, vma, start, start + length, vma->vm_flags | flags);
    vma_start_write(vma);
    vm_flags_reset(vma, vma->vm_flags | flags);
    vma->anon_name = "advised";
  }
  mmap_write_unlock(mm);
  return covered;
}

// The mmap lock comes after i_rwsem, so it is given back before the file is asked.
bool madvise_remove(mm_struct* mm, unsigned long start, unsigned long length) {
  mmap_read_lock(mm);
  const vm_area_struct* const vma = vma_lookup(mm, start);
  file* const of = vma == nullptr ? nullptr : static_cast<file*>(vma->vm_file);
  const unsigned long first = of == nullptr ? 0 : linear_page_index(vma, start);
  mmap_read_unlock(mm);
  if (of == nullptr) return false;
  vfs_fallocate(of, first, first + (length >> PAGE_SHIFT) - 1);
  mmap_read_lock(mm);
  mmap_read_unlock(mm);
  return true;
}

// process_madvise: another task's address space, which exec must not change now.
bool process_madvise(unsigned long start, unsigned long length) {
  down_read(&globals().exec_update_lock);
  mm_struct* const target = globals().task_mm;
  up_read(&globals().exec_update_lock);
  mmap_read_lock(target);
  vm_area_struct* const vma = vma_lookup(target, start);
  const bool covered = vma != nullptr && start + length <= vma->vm_end;
  if (covered) unmap_page_range(vma, start, start + length);
  mmap_read_unlock(target);
  return covered;
}

}  // namespace mm_model
