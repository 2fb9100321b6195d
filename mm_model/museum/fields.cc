// Fields of VMAs that were changed or read without their locks.

#include "mm_model/mm_locks.h"
#include "mm_model/museum/museum.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using A = AddressSpace;

constexpr unsigned long kStack = A::kFree + 4 * PAGE_SIZE;

void MapStack(A& space) {
  vm_mmap_pgoff(space.mm, nullptr, kStack, PAGE_SIZE, A::kFlags | VM_GROWSDOWN, 0);
  AccessUser(space.mm, kStack, Access::kWrite);
}

void UseStack(A& space) { AccessUser(space.mm, kStack, Access::kRead); }
void FaultAnon(A& space) { AccessUser(space.mm, A::kAnon, Access::kWrite); }

// The body of expand_downwards.
void Grow(vm_area_struct* vma) {
  mm_struct* const mm = vma->vm_mm;
  mm->mm_mt.write().erase(vma);
  vma->vm_start = vma->vm_start - PAGE_SIZE;
  vma->vm_pgoff = vma->vm_pgoff - 1;
  mm->mm_mt.write().insert(vma->vm_start, vma->vm_end - 1, vma);
}

// B1: the stack grew under the mmap read lock.
void GrowUnderMmapRead(A& space) {
  mmap_read_lock(space.mm);
  vm_area_struct* const vma = find_vma(space.mm, kStack - 1);
  anon_vma_lock_write(vma->anon_vma);
  Grow(vma);
  anon_vma_unlock_write(vma->anon_vma);
  mmap_read_unlock(space.mm);
}
void GrowUnderMmapWrite(A& space) {
  mmap_read_lock(space.mm);
  if (expand_stack(space.mm, kStack - 1) != nullptr) mmap_read_unlock(space.mm);
}
constexpr ScenarioTask kB1[] = {{"grow", GrowUnderMmapRead}, {"user", UseStack}};
constexpr ScenarioTask kB1Fixed[] = {{"grow", GrowUnderMmapWrite}, {"user", UseStack}};

// B2: it grew under the mmap write lock, while faults held the VMA.
void GrowWithoutVmaLock(A& space) {
  mmap_write_lock(space.mm);
  vm_area_struct* const vma = find_vma(space.mm, kStack - 1);
  anon_vma_lock_write(vma->anon_vma);
  Grow(vma);
  anon_vma_unlock_write(vma->anon_vma);
  mmap_write_unlock(space.mm);
}
constexpr ScenarioTask kB2[] = {{"grow", GrowWithoutVmaLock}, {"user", UseStack}};

// B3: a new VMA could be found before it was complete.
vm_area_struct* NewVma(const A& space) {
  vm_area_struct* const vma = vm_area_alloc(space.mm);
  vma->vm_start = A::kFree;
  vma->vm_end = A::kFree + PAGE_SIZE;
  vma->vm_pgoff = A::kFree >> PAGE_SHIFT;
  vm_flags_init(vma, VM_READ);
  return vma;
}
void InsertThenComplete(A& space) {
  mmap_write_lock(space.mm);
  vm_area_struct* const vma = NewVma(space);
  vma_iter_store_new(space.mm, vma);
  vm_flags_reset(vma, A::kFlags);
  mmap_write_unlock(space.mm);
}
void LockThenInsert(A& space) {
  mmap_write_lock(space.mm);
  vm_area_struct* const vma = NewVma(space);
  vma_start_write(vma);
  vma_iter_store_new(space.mm, vma);
  vm_flags_reset(vma, A::kFlags);
  mmap_write_unlock(space.mm);
}
void FaultNew(A& space) { AccessUser(space.mm, A::kFree, Access::kRead); }
constexpr ScenarioTask kB3[] = {{"mmap", InsertThenComplete}, {"fault", FaultNew}};
constexpr ScenarioTask kB3Fixed[] = {{"mmap", LockThenInsert}, {"fault", FaultNew}};

// B6: anon_vma was looked at before the VMA was locked.
void ReadAnonVmaUnlocked(A& space) {
  rcu_read_lock();
  const auto* const node = space.mm->mm_mt.read().find(A::kAnon, A::kAnon);
  if (node != nullptr) static_cast<void>(node->item->anon_vma.read());
  rcu_read_unlock();
}
void ReadAnonVmaLocked(A& space) {
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kAnon);
  if (vma == nullptr) return;
  static_cast<void>(vma->anon_vma.read());
  vma_end_read(vma);
}
void SplitAnon(A& space) { do_mprotect_pkey(space.mm, A::kAnon, PAGE_SIZE, VM_READ); }
constexpr ScenarioTask kB6[] = {{"fault", ReadAnonVmaUnlocked}, {"mprotect", SplitAnon}};
constexpr ScenarioTask kB6Fixed[] = {{"fault", ReadAnonVmaLocked}, {"mprotect", SplitAnon}};

// B7: a merge took over its neighbour's anon_vma without locking the VMA.
void DupAnonVma(A& space, bool lock) {
  mmap_write_lock(space.mm);
  vm_area_struct* const dst = vma_lookup(space.mm, A::kAnon);
  vm_area_struct* const src = vma_lookup(space.mm, A::kPrivate);
  if (lock) vma_start_write(dst);
  if (!dst->anon_vma && src->anon_vma) dst->anon_vma = src->anon_vma;
  mmap_write_unlock(space.mm);
}
void DupAnonVmaUnlocked(A& space) { DupAnonVma(space, false); }
void DupAnonVmaLocked(A& space) { DupAnonVma(space, true); }
void UsePrivate(A& space) { AccessUser(space.mm, A::kPrivate, Access::kWrite); }
void FaultOther(A& space) { AccessUser(space.mm, A::kPrivate + PAGE_SIZE, Access::kWrite); }
constexpr ScenarioTask kB7[] = {{"merge", DupAnonVmaUnlocked}, {"fault", FaultOther}};
constexpr ScenarioTask kB7Fixed[] = {{"merge", DupAnonVmaLocked}, {"fault", FaultOther}};

// B8: mbind replaced a policy that faults were using.
void ReplacePolicy(A& space, bool lock) {
  mmap_write_lock(space.mm);
  vm_area_struct* const vma = vma_lookup(space.mm, A::kAnon);
  if (lock) vma_start_write(vma);
  vma->vm_policy = "bind";
  mmap_write_unlock(space.mm);
}
void ReplacePolicyUnlocked(A& space) { ReplacePolicy(space, false); }
void ReplacePolicyLocked(A& space) { ReplacePolicy(space, true); }
void ReadPolicy(A& space) {
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kAnon);
  if (vma == nullptr) return;
  static_cast<void>(vma->vm_policy.read());
  vma_end_read(vma);
}
constexpr ScenarioTask kB8[] = {{"mbind", ReplacePolicyUnlocked}, {"fault", ReadPolicy}};
constexpr ScenarioTask kB8Fixed[] = {{"mbind", ReplacePolicyLocked}, {"fault", ReadPolicy}};

// B14: the core dump walked the VMAs without the mmap lock.
void DumpUnlocked(A& space) {
  const auto* const node = space.mm->mm_mt.read().find(A::kAnon, TASK_SIZE - 1);
  if (node != nullptr) static_cast<void>(node->item->vm_end.read());
}
void DumpLocked(A& space) {
  mmap_read_lock(space.mm);
  DumpUnlocked(space);
  mmap_read_unlock(space.mm);
}
constexpr ScenarioTask kB14[] = {{"dump", DumpUnlocked}, {"uffd", SplitAnon}};
constexpr ScenarioTask kB14Fixed[] = {{"dump", DumpLocked}, {"uffd", SplitAnon}};

// B23: exit cleared VM_LOCKED without any lock, while the OOM reaper unmapped.
void MunlockOnExit(A& space, bool lock) {
  if (lock) {
    mmap_write_lock(space.mm);
    vma_start_write(vma_lookup(space.mm, A::kAnon));
  } else {
    mmap_read_lock(space.mm);
  }
  vm_area_struct* const vma = vma_lookup(space.mm, A::kAnon);
  vm_flags_reset(vma, vma->vm_flags & ~VM_LOCKED);
  if (lock) {
    mmap_write_unlock(space.mm);
  } else {
    mmap_read_unlock(space.mm);
  }
}
void MunlockUnlocked(A& space) { MunlockOnExit(space, false); }
void MunlockLocked(A& space) { MunlockOnExit(space, true); }
void Reap(A& space) {
  if (!mmap_read_trylock(space.mm)) return;
  vm_area_struct* const vma = vma_lookup(space.mm, A::kAnon);
  if ((vma->vm_flags & VM_LOCKED) == 0) unmap_page_range(vma, A::kAnon, A::kAnon + PAGE_SIZE);
  mmap_read_unlock(space.mm);
}
constexpr ScenarioTask kB23[] = {{"exit", MunlockUnlocked}, {"reaper", Reap}};
constexpr ScenarioTask kB23Fixed[] = {{"exit", MunlockLocked}, {"reaper", Reap}};

// B76: all locks of an mm were taken, but not those of its VMAs, so faults went on.
void TakeAllLocks(A& space, bool lock_vmas) {
  mmap_write_lock(space.mm);
  mutex_lock(&globals().mm_all_locks_mutex);
  vm_area_struct* const vma = vma_lookup(space.mm, A::kShared);
  if (lock_vmas) vma_start_write(vma);
  i_mmap_lock_write_nested(space.data->f_mapping, space.mm);
  vma->vm_page_prot = vma->vm_page_prot;  // What registration relies on nobody using.
  i_mmap_unlock_write(space.data->f_mapping);
  mutex_unlock(&globals().mm_all_locks_mutex);
  mmap_write_unlock(space.mm);
}
void TakeAllButVmaLocks(A& space) { TakeAllLocks(space, false); }
void TakeVmaLocksToo(A& space) { TakeAllLocks(space, true); }
void FaultShared(A& space) { AccessUser(space.mm, A::kShared, Access::kRead); }
constexpr ScenarioTask kB76[] = {{"register", TakeAllButVmaLocks}, {"fault", FaultShared}};
constexpr ScenarioTask kB76Fixed[] = {{"register", TakeVmaLocksToo}, {"fault", FaultShared}};

constexpr MuseumPiece kPieces[] = {
    MM_PIECE("stackrot", "CVE-2023-3269, 8d7071af8907", kUnprotectedAccess,
             "a stack grew under the mmap read lock", kB1, kB1Fixed, MapStack),
    MM_PIECE("stack-expansion-without-vma-lock", "c137381f71ae", kUnprotectedAccess,
             "a stack grew under faults that held its VMA", kB2, kB1Fixed, MapStack),
    MM_PIECE("new-vma-visible-too-early", "33313a747e81", kUnprotectedAccess,
             "mmap completed a VMA that could be found already", kB3, kB3Fixed, nullptr),
    MM_PIECE("anon-vma-checked-outside-the-lock", "CVE-2024-1312, 657b5146955e", kUnprotectedAccess,
             "a fault read anon_vma before it locked the VMA", kB6, kB6Fixed, FaultAnon),
    MM_PIECE("dup-anon-vma-unlocked", "d8ab9f7b644a", kUnprotectedAccess,
             "a merge set anon_vma of a VMA that it had not locked", kB7, kB7Fixed, UsePrivate),
    MM_PIECE("mbind-policy-swap", "CVE-2023-4611, 6c21e066f925" MM_AFTER_THE_FIX,
             kUnprotectedAccess, "mbind replaced a policy under a fault", kB8, kB8Fixed, nullptr),
    MM_PIECE("coredump-without-mmap-lock", "CVE-2019-11599, 04f5866e41fb" MM_AFTER_THE_FIX,
             kUnprotectedAccess, "the core dump walked VMAs that others changed", kB14, kB14Fixed,
             nullptr),
    MM_PIECE("exit-munlock-against-oom-reaper", "CVE-2018-1000200, 27ae357fa82b" MM_AFTER_THE_FIX,
             kUnprotectedAccess, "exit changed flags that the reaper read", kB23, kB23Fixed,
             FaultAnon),
    MM_PIECE("take-all-locks-without-vmas", "e611b0a9a274", kUnprotectedAccess,
             "an mm thought to be quiet had faults going on", kB76, kB76Fixed, nullptr),
};

}  // namespace

std::span<const MuseumPiece> FieldPieces() { return kPieces; }

}  // namespace mm_model
