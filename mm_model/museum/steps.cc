#include "mm_model/museum/steps.h"

#include "mm_model/mm_locks.h"
#include "mm_model/services.h"
#include "mm_model/vma_lock.h"

namespace mm_model {

using A = AddressSpace;

void FaultAnon(A& space) { AccessUser(space.mm, A::kAnon, Access::kWrite); }
void FaultPrivate(A& space) { AccessUser(space.mm, A::kPrivate, Access::kWrite); }
void FaultShared(A& space) { AccessUser(space.mm, A::kShared, Access::kRead); }

void UnmapAnon(A& space) { __vm_munmap(space.mm, A::kAnon, A::kBytes); }

void EmptyTable(A& space) {
  FaultShared(space);
  unmap_mapping_range(space.data->f_mapping, 0, A::kPages);
}

void Retract(A& space) { retract_page_tables(space.data->f_mapping); }

void MapSecondPageElsewhere(A& space) {
  vm_mmap_pgoff(space.mm, space.data, kSecondMapping, PAGE_SIZE, A::kFlags | VM_SHARED, 1);
  AccessUser(space.mm, kSecondMapping, Access::kRead);
}

void CacheEverywhere(A& space) {
  for (Tlb& tlb : space.mm->tlb) tlb.entries = space.mm->tlb[current().id()].entries;
}

void MapAndCacheSecondPage(A& space) {
  MapSecondPageElsewhere(space);
  CacheEverywhere(space);
}

void MoveSecondPage(A& space, HowToMove how) {
  constexpr unsigned long kTarget = A::kShared + PAGE_SIZE;
  mmap_write_lock(space.mm);
  vm_area_struct* const from = vma_lookup(space.mm, kSecondMapping);
  vm_area_struct* const to = vma_lookup(space.mm, kTarget);
  vma_start_write(from);
  vma_start_write(to);
  move_page_tables({from, to, kSecondMapping, kTarget, how.rmap_locks, how.flush_late}, PAGE_SIZE);
  mmap_write_unlock(space.mm);
}

void MapHugetlb(A& space) { MapHugetlbFile(space, A::kFree); }

}  // namespace mm_model
