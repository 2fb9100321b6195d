// /proc/pid/maps and smaps.  Follows linux 7.0 fs/proc/task_mmu.c and mm/mmap_lock.c
// (lock_next_vma): maps under VMA locks, smaps under the mmap lock.

#include "mm_model/huge_memory.h"
#include "mm_model/mm_locks.h"
#include "mm_model/services.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

// The first VMA from the address on, or 0 and nothing.
unsigned long StartOfNext(mm_struct* mm, unsigned long address) {
  rcu_read_lock();
  const auto* const node = mm->mm_mt.read().find(address, TASK_SIZE - 1);
  const unsigned long start = node == nullptr ? TASK_SIZE : node->first;
  rcu_read_unlock();
  return start > address ? start : address;
}

vm_area_struct* lock_next_vma(mm_struct* mm, unsigned long address) {
  if (vm_area_struct* const vma = lock_vma_under_rcu(mm, StartOfNext(mm, address))) return vma;
  mmap_read_lock(mm);
  vm_area_struct* const vma = find_vma(mm, address);
  if (vma != nullptr) vma_start_read_locked(vma);
  mmap_read_unlock(mm);
  return vma;
}

int CountPages(vm_area_struct* vma) {
  mm_struct* const mm = vma->vm_mm;
  int pages = 0;
  const unsigned long end = vma->vm_end;
  for (unsigned long address = vma->vm_start; address < end; address += PAGE_SIZE) {
    pt_slot* const pmd = pmd_off(mm, address);
    if (pmd == nullptr) continue;
    if (pmd_trans_huge(pmd)) {
      ++pages;
      continue;
    }
    const LockedPte locked = pte_offset_map_lock(mm, pmd, address);
    if (locked.pte == nullptr) continue;
    pages += ptep_get(locked.pte).present() ? 1 : 0;
    pte_unmap_unlock(locked);
  }
  return pages;
}

}  // namespace

int show_maps(mm_struct* mm) {
  int count = 0;
  unsigned long address = 0;
  while (vm_area_struct* const vma = lock_next_vma(mm, address)) {
    ++count;
    address = vma->vm_end;
    vma_end_read(vma);
    if (address >= TASK_SIZE) break;
  }
  return count;
}

int show_smaps(mm_struct* mm) {
  if (!mmap_read_lock_killable(mm)) return 0;
  int pages = 0;
  for (vm_area_struct* vma : mm->mm_mt.read().Items(machine().memory())) pages += CountPages(vma);
  mmap_read_unlock(mm);
  return pages;
}

}  // namespace mm_model
