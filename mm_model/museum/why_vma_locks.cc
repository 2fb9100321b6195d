// What comes of breaking the rules of VMAs and their locks: why they exist.

#include "mm_model/mm_locks.h"
#include "mm_model/museum/museum.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using A = AddressSpace;

// A VMA is write-locked under the mmap write lock alone.  Under the mmap read lock
// there would be several who do it, and two of them can wait for each other.
void ReadMineWriteOther(A& space, unsigned long mine, unsigned long other) {
  vm_area_struct* const read = vma_lookup(space.mm, mine);
  vm_area_struct* const written = vma_lookup(space.mm, other);
  vma_start_read_locked(read);
  vma_start_write(written);
  vma_end_read(read);
}
void UnderMmapRead(A& space, unsigned long mine, unsigned long other) {
  mmap_read_lock(space.mm);
  ReadMineWriteOther(space, mine, other);
  mmap_read_unlock(space.mm);
}
void UnderMmapWrite(A& space, unsigned long mine, unsigned long other) {
  mmap_write_lock(space.mm);
  ReadMineWriteOther(space, mine, other);
  mmap_write_unlock(space.mm);
}
void ReadUp(A& space) { UnderMmapRead(space, A::kAnon, A::kShared); }
void ReadDown(A& space) { UnderMmapRead(space, A::kShared, A::kAnon); }
void WriteUp(A& space) { UnderMmapWrite(space, A::kAnon, A::kShared); }
void WriteDown(A& space) { UnderMmapWrite(space, A::kShared, A::kAnon); }
constexpr ScenarioTask kVmaWrite[] = {{"one", ReadUp}, {"other", ReadDown}};
constexpr ScenarioTask kVmaWriteKept[] = {{"one", WriteUp}, {"other", WriteDown}};

// Who holds a VMA read lock does not wait for the mmap lock.
void WaitHoldingVma(A& space) {
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kAnon);
  if (vma == nullptr) return;
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
  vma_end_read(vma);
}
void WaitHoldingNothing(A& space) {
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kAnon);
  if (vma == nullptr) return;
  vma_end_read(vma);
  mmap_read_lock(space.mm);
  mmap_read_unlock(space.mm);
}
void ChangeVma(A& space) {
  mmap_write_lock(space.mm);
  vma_start_write(vma_lookup(space.mm, A::kAnon));
  mmap_write_unlock(space.mm);
}
constexpr ScenarioTask kMmapWait[] = {{"reader", WaitHoldingVma}, {"writer", ChangeVma}};
constexpr ScenarioTask kMmapWaitKept[] = {{"reader", WaitHoldingNothing}, {"writer", ChangeVma}};

// A stack of two pages, of which the upper one is in use.
constexpr unsigned long kStack = A::kFree + 4 * PAGE_SIZE;
void MapStack(A& space) {
  vm_mmap_pgoff(space.mm, nullptr, kStack, 2 * PAGE_SIZE, A::kFlags | VM_GROWSDOWN, 0);
  AccessUser(space.mm, kStack + PAGE_SIZE, Access::kWrite);
}
void GrowWithoutVmaLock(A& space) {
  mmap_write_lock(space.mm);
  vm_area_struct* const vma = vma_lookup(space.mm, kStack);
  anon_vma_lock_write(vma->anon_vma);
  vma->vm_start = kStack - PAGE_SIZE;
  vma->vm_pgoff = vma->vm_pgoff - 1;
  anon_vma_unlock_write(vma->anon_vma);
  mmap_write_unlock(space.mm);
}
void GrowWithVmaLock(A& space) {
  mmap_read_lock(space.mm);
  if (expand_stack(space.mm, kStack - 1) != nullptr) mmap_read_unlock(space.mm);
}
void UseStack(A& space) { AccessUser(space.mm, kStack, Access::kWrite); }
constexpr ScenarioTask kGrowth[] = {{"grow", GrowWithoutVmaLock}, {"fault", UseStack}};
constexpr ScenarioTask kGrowthKept[] = {{"grow", GrowWithVmaLock}, {"fault", UseStack}};

constexpr MuseumPiece kPieces[] = {
    MM_WHY("why-vma-write-needs-mmap-write", "process_addrs.rst, \"Lock usage\"; ST-VW", kDeadlock,
           "two tasks under the mmap read lock write-lock each other's VMA", kVmaWrite,
           kVmaWriteKept, nullptr),
    MM_WHY("why-no-mmap-wait-under-vma-read", "process_addrs.rst, \"Lock usage\"; ST-VR-M",
           kDeadlock, "a task that holds a VMA waits for the mmap lock, whose holder waits for it",
           kMmapWait, kMmapWaitKept, nullptr),
    MM_WHY("why-stack-growth-locks-the-vma", "process_addrs.rst, \"Stack expansion\"; vm_start",
           kModelCorruption, "a fault runs while the bounds of its stack change", kGrowth,
           kGrowthKept, MapStack),
};

}  // namespace

std::span<const MuseumPiece> VmaLockConsequences() { return kPieces; }

}  // namespace mm_model
