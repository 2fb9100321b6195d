// NUMA balancing and memory policies.  Follows linux 7.0 kernel/sched/fair.c
// (task_numa_work) and mm/mempolicy.c (do_mbind, change_prot_numa).

#include "mm_model/mm_locks.h"
#include "mm_model/services.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

pt_entry ToHint(pt_entry entry) {
  entry.protnone = true;
  return entry;
}

void change_prot_numa(vm_area_struct* vma, unsigned long start, unsigned long end) {
  mm_struct* const mm = vma->vm_mm;
  for (unsigned long address = start; address < end; address += PAGE_SIZE) {
    pt_slot* const pmd = pmd_off(mm, address);
    if (pmd == nullptr) continue;
    const LockedPte locked = pte_offset_map_lock(mm, pmd, address);
    if (locked.pte == nullptr) continue;
    const pt_entry entry = ptep_get(locked.pte);
    if (entry.present() && !entry.protnone) ptep_modify(locked.pte, &ToHint);
    pte_unmap_unlock(locked);
  }
  flush_tlb_range(mm, start, end);
}

// No time passes here: of all who come there is one scanner.
constexpr unsigned long kNow = 1;
bool TakeTurn(mm_struct* mm) {
  const unsigned long migrate = mm->numa_next_scan;
  return migrate < kNow && mm->numa_next_scan.cmpxchg(migrate, kNow);
}

}  // namespace

void task_numa_work(mm_struct* mm) {
  if (!TakeTurn(mm)) return;
  if (!mmap_read_trylock(mm)) return;
  for (vm_area_struct* vma : mm->mm_mt.read().Items(machine().memory())) {
    if (vma->vm_file) continue;
    if (vma->numab_state == 0) vma->numab_state.cmpxchg(0, 1);
    change_prot_numa(vma, vma->vm_start, vma->vm_end);
  }
  mm->numa_scan_offset = mm->numa_scan_offset + 1;
  mmap_read_unlock(mm);
}

bool do_mbind(mm_struct* mm, unsigned long start, const char* policy) {
  mmap_write_lock(mm);
  vm_area_struct* const vma = vma_lookup(mm, start);
  if (vma != nullptr) {
    vma_start_write(vma);
    vma->vm_policy = policy;
  }
  mmap_write_unlock(mm);
  return vma != nullptr;
}

}  // namespace mm_model
