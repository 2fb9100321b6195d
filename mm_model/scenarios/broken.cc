// Operations that break one rule each, as a kernel patch might.

#include "mm_model/mm_locks.h"
#include "mm_model/scenario.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using A = AddressSpace;

void WriteLockVmaUnderMmapRead(A& space) {
  mmap_read_lock(space.mm);
  vma_start_write(find_vma(space.mm, A::kAnon));
  mmap_read_unlock(space.mm);
}

// mprotect_fixup without its vma_start_write.
void SetFlagsWithoutVmaLock(A& space) {
  mmap_write_lock(space.mm);
  vm_flags_reset(find_vma(space.mm, A::kAnon), VM_READ);
  mmap_write_unlock(space.mm);
}

void WaitForMmapUnderVmaRead(A& space) {
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kAnon);
  if (vma == nullptr) return;
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
  vma_end_read(vma);
}

void WriteLockVma(A& space) {
  mmap_write_lock(space.mm);
  vma_start_write(find_vma(space.mm, A::kAnon));
  mmap_write_unlock(space.mm);
}

// The order of vma_prepare turned round.
void TakeRmapLocksInWrongOrder(A& space) {
  AccessUser(space.mm, A::kPrivate, Access::kWrite);
  mmap_read_lock(space.mm);
  const vm_area_struct* const vma = find_vma(space.mm, A::kPrivate);
  anon_vma_lock_write(vma->anon_vma);
  i_mmap_lock_write(vma->vm_file->f_mapping);
  i_mmap_unlock_write(vma->vm_file->f_mapping);
  anon_vma_unlock_write(vma->anon_vma);
  mmap_read_unlock(space.mm);
}

constexpr ScenarioTask kVmaWriteUnderMmapRead[] = {{"writer", WriteLockVmaUnderMmapRead}};
constexpr ScenarioTask kFlagsWithoutVmaWrite[] = {{"mprotect", SetFlagsWithoutVmaLock}};
constexpr ScenarioTask kMmapUnderVmaRead[] = {{"reader", WaitForMmapUnderVmaRead},
                                              {"writer", WriteLockVma}};
constexpr ScenarioTask kRmapOrder[] = {{"walker", TakeRmapLocksInWrongOrder}};

constexpr Scenario kScenarios[] = {
    {"vma-write-under-mmap-read", "broken", "write-lock a VMA with the mmap lock held for reading",
     kVmaWriteUnderMmapRead},
    {"vm-flags-without-vma-write", "broken",
     "change vm_flags under the mmap write lock, without vma_start_write", kFlagsWithoutVmaWrite},
    {"mmap-lock-under-vma-read", "broken",
     "wait for the mmap lock with a VMA read lock held, against a writer", kMmapUnderVmaRead},
    {"rmap-locks-in-wrong-order", "broken",
     "take anon_vma->rwsem before i_mmap_rwsem, against the declared order", kRmapOrder},
};

}  // namespace

std::span<const Scenario> BrokenScenarios() { return kScenarios; }

}  // namespace mm_model
