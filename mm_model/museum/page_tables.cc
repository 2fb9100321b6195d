// Page tables that were changed, moved or freed under somebody's feet.

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/museum/museum.h"
#include "mm_model/museum/steps.h"
#include "mm_model/services.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using A = AddressSpace;

// B5: fork copied page tables while the parent's faults changed them.
void ForkUnlocked(A& space) { space.child = dup_mm(space.mm, false); }
void Fork(A& space) { space.child = dup_mm(space.mm); }
void MapAnonVmaElsewhere(A& space) { AccessUser(space.mm, A::kPrivate, Access::kWrite); }
constexpr ScenarioTask kB5[] = {{"fork", ForkUnlocked}, {"fault", FaultAnon}};
constexpr ScenarioTask kB5Fixed[] = {{"fork", Fork}, {"fault", FaultAnon}};

// B16: an error path printed page tables without any lock.
void ShowPte(A& space) { pmd_off(space.mm, A::kAnon); }
void ShowPteLocked(A& space) {
  mmap_write_lock(space.mm);
  pmd_off(space.mm, A::kAnon);
  mmap_write_unlock(space.mm);
}
constexpr ScenarioTask kB16[] = {{"oops", ShowPte}, {"munmap", UnmapAnon}};
constexpr ScenarioTask kB16Fixed[] = {{"oops", ShowPteLocked}, {"munmap", UnmapAnon}};

// B31: a neighbour grew, under the mmap read lock, into what a downgraded munmap
// was tearing down.
constexpr unsigned long kHole = A::kFree;
constexpr unsigned long kStack = A::kFree + PMD_SIZE;
void MapStackAboveMapping(A& space) {
  vm_mmap_pgoff(space.mm, nullptr, kHole, PMD_SIZE, A::kFlags, 0);
  vm_mmap_pgoff(space.mm, nullptr, kStack, PAGE_SIZE, A::kFlags | VM_GROWSDOWN, 0);
  AccessUser(space.mm, kHole, Access::kWrite);
  AccessUser(space.mm, kStack, Access::kWrite);
}
void UnmapHole(A& space) { __vm_munmap(space.mm, kHole, PMD_SIZE); }
void GrowUnderMmapRead(A& space) {
  mmap_read_lock(space.mm);
  vm_area_struct* const vma = find_vma(space.mm, kStack);
  if (vma_lookup(space.mm, kStack - PAGE_SIZE) == nullptr) {
    anon_vma_lock_write(vma->anon_vma);
    space.mm->mm_mt.write().erase(vma);
    vma->vm_start = kStack - PAGE_SIZE;
    space.mm->mm_mt.write().insert(vma->vm_start, vma->vm_end - 1, vma);
    anon_vma_unlock_write(vma->anon_vma);
  }
  mmap_read_unlock(space.mm);
}
void GrowUnderMmapWrite(A& space) {
  mmap_read_lock(space.mm);
  if (vma_lookup(space.mm, kStack - PAGE_SIZE) != nullptr) return mmap_read_unlock(space.mm);
  if (expand_stack(space.mm, kStack - PAGE_SIZE) != nullptr) mmap_read_unlock(space.mm);
}
constexpr ScenarioTask kB31[] = {{"munmap", UnmapHole}, {"grow", GrowUnderMmapRead}};
constexpr ScenarioTask kB31Fixed[] = {{"munmap", UnmapHole}, {"grow", GrowUnderMmapWrite}};

// B32: mremap gave the page table locks back before it flushed; who found the page at
// its new place freed it, and a processor went on using it at the old one.
void UseSecond(A& space) { AccessUser(space.mm, kSecondMapping, Access::kRead); }
void MoveAndFlushLate(A& space) { MoveSecondPage(space, {.flush_late = true}); }
void MoveAndFlush(A& space) { MoveSecondPage(space, {}); }
void Truncate(A& space) { do_truncate(space.data, 0); }
constexpr ScenarioTask kB32[] = {
    {"mremap", MoveAndFlushLate}, {"truncate", Truncate}, {"user", UseSecond}};
constexpr ScenarioTask kB32Fixed[] = {
    {"mremap", MoveAndFlush}, {"truncate", Truncate}, {"user", UseSecond}};

// B34: khugepaged took a table out without the rmap locks.
void CollapseWithoutRmap(A& space) { collapse_huge_page(space.mm, kHole, {.rmap_locks = false}); }
void CollapseWithRmap(A& space) { collapse_huge_page(space.mm, kHole); }
constexpr ScenarioTask kB34[] = {{"khugepaged", CollapseWithoutRmap}};
constexpr ScenarioTask kB34Fixed[] = {{"khugepaged", CollapseWithRmap}};

// B35: khugepaged asked for anon_vma before it had the locks, and not again.
void RetractUnchecked(A& space) { retract_page_tables(space.data->f_mapping, false); }
void EmptyPrivateTable(A& space) {
  AccessUser(space.mm, A::kPrivate, Access::kRead);
  unmap_mapping_range(space.data->f_mapping, 0, A::kPages);
}
constexpr ScenarioTask kB35[] = {{"khugepaged", RetractUnchecked}, {"fault", FaultPrivate}};
constexpr ScenarioTask kB35Fixed[] = {{"khugepaged", Retract}, {"fault", FaultPrivate}};

// B39: a driver acted on the entry that it had seen before it took the lock.
void MapHuge(A& space) {
  MapStackAboveMapping(space);
  collapse_huge_page(space.mm, kHole);
}
void FollowPfnmap(A& space, bool ask_again) {
  mmap_read_lock(space.mm);
  vm_area_struct* const vma = vma_lookup(space.mm, kHole);
  const follow_pfnmap_args args = follow_pfnmap_start(vma, kHole, ask_again);
  if (args.page != nullptr) CheckInUse(*args.page);
  follow_pfnmap_end(args);
  mmap_read_unlock(space.mm);
}
void FollowSnapshot(A& space) { FollowPfnmap(space, false); }
void FollowAskingAgain(A& space) { FollowPfnmap(space, true); }
void DropHole(A& space) { madvise_dontneed(space.mm, kHole, PMD_SIZE); }
constexpr ScenarioTask kB39[] = {{"pfnmap", FollowSnapshot}, {"madvise", DropHole}};
constexpr ScenarioTask kB39Fixed[] = {{"pfnmap", FollowAskingAgain}, {"madvise", DropHole}};

// B38: mremap looked a table up, and moved it when it had the locks.
constexpr unsigned long kTable = A::kFree + 8 * PMD_SIZE;
constexpr unsigned long kTableTarget = kTable + 2 * PMD_SIZE;
void MapTableTwice(A& space) {
  auto* const node = machine().New<inode>(space.data->f_inode->i_sb);
  node->i_size.Reset(PMD_SIZE);
  space.data = machine().New<file>(node);
  for (const unsigned long start : {kTable, kTableTarget}) {
    vm_mmap_pgoff(space.mm, space.data, start, PMD_SIZE, A::kFlags | VM_SHARED, 0);
  }
  AccessUser(space.mm, kTable, Access::kRead);
  unmap_mapping_range(space.data->f_mapping, 0, 0);
}
void MoveTable(A& space, bool look_first) {
  mmap_write_lock(space.mm);
  vm_area_struct* const from = vma_lookup(space.mm, kTable);
  vm_area_struct* const to = vma_lookup(space.mm, kTableTarget);
  vma_start_write(from);
  vma_start_write(to);
  move_page_tables({from, to, kTable, kTableTarget, false, false, look_first}, PMD_SIZE);
  mmap_write_unlock(space.mm);
}
void MoveStaleTable(A& space) { MoveTable(space, true); }
void MoveCheckedTable(A& space) { MoveTable(space, false); }
constexpr ScenarioTask kB38[] = {{"mremap", MoveStaleTable}, {"khugepaged", Retract}};
constexpr ScenarioTask kB38Fixed[] = {{"mremap", MoveCheckedTable}, {"khugepaged", Retract}};

// B36: khugepaged looked at the pmd before it locked the VMA, under whose read lock
// madvise frees the tables that it empties.
void CheckThenLock(A& space) { collapse_huge_page(space.mm, kHole, {.vma_lock_first = false}); }
void LockThenCheck(A& space) { collapse_huge_page(space.mm, kHole); }
constexpr ScenarioTask kB36[] = {{"khugepaged", CheckThenLock}, {"madvise", DropHole}};
constexpr ScenarioTask kB36Fixed[] = {{"khugepaged", LockThenCheck}, {"madvise", DropHole}};

// B37: a table was freed while fast GUP, with interrupts off, was walking it.
void FreeTable(A& space, bool wait_for_walkers) {
  mmap_write_lock(space.mm);
  vm_area_struct* const vma = vma_lookup(space.mm, A::kAnon);
  vma_start_write(vma);
  anon_vma_lock_write(vma->anon_vma);
  pt_slot* const pmd = pmd_off(space.mm, A::kAnon);
  spinlock* const pml = pmd_lock(space.mm, pmd);
  page_table* const table = ptep_get(pmd).table;
  ptep_get_and_clear(pmd);
  flush_tlb_range(space.mm, A::kAnon, A::kAnon + PMD_SIZE);
  pmd_unlock(pml, pmd);
  if (wait_for_walkers) tlb_remove_table_sync_one();
  AlsoTouches(&table->slots[0], AccessMode::kExclusive);
  table->freed = true;
  anon_vma_unlock_write(vma->anon_vma);
  mmap_write_unlock(space.mm);
}
void FreeAtOnce(A& space) { FreeTable(space, false); }
void FreeAfterWalkers(A& space) { FreeTable(space, true); }
void GupFast(A& space) {
  local_irq_save();
  pt_slot* const pmd = pmd_off(space.mm, A::kAnon);
  if (page_table* const table = ptep_get(pmd).table) {
    static_cast<void>(ptep_get(table->slot_of(A::kAnon)));
  }
  local_irq_restore();
}
constexpr ScenarioTask kB37[] = {{"khugepaged", FreeAtOnce}, {"gup-fast", GupFast}};
constexpr ScenarioTask kB37Fixed[] = {{"khugepaged", FreeAfterWalkers}, {"gup-fast", GupFast}};

// B40: the table to install was allocated only if the pmd had been empty before.
void FaultAround(A& space, bool look_again) {
  mmap_read_lock(space.mm);
  pt_slot* const pmd = pmd_off(space.mm, A::kShared);
  page_table* prealloc = nullptr;
  if (ptep_get(pmd).none()) prealloc = pte_alloc_one(*pmd, A::kShared);
  static_cast<void>(filemap_get_folio(space.data->f_mapping, 0));
  if (look_again && prealloc == nullptr) prealloc = pte_alloc_one(*pmd, A::kShared);
  pmd_install(space.mm, pmd, prealloc);
  mmap_read_unlock(space.mm);
}
void InstallBlindly(A& space) { FaultAround(space, false); }
void InstallIfThere(A& space) { FaultAround(space, true); }
constexpr ScenarioTask kB40[] = {{"fault", InstallBlindly}, {"khugepaged", Retract}};
constexpr ScenarioTask kB40Fixed[] = {{"fault", InstallIfThere}, {"khugepaged", Retract}};

constexpr MuseumPiece kPieces[] = {
    MM_PIECE("fork-copies-while-parent-faults", "fb49c455323f", kPageTableRule,
             "fork copied entries that the parent's faults were making", kB5, kB5Fixed,
             MapAnonVmaElsewhere),
    MM_PIECE("show-pte-without-lock", "CVE-2026-90303" MM_AFTER_THE_FIX, kPageTableRule,
             "an error path walked page tables without any lock", kB16, kB16Fixed, FaultAnon),
    MM_PIECE("munmap-downgrade-against-growth", "CVE-2020-29369, 246c320a8cfe", kPageTableRule,
             "a stack grew into what a downgraded munmap freed", kB31, kB31Fixed,
             MapStackAboveMapping),
    MM_PIECE("mremap-late-tlb-flush", "CVE-2018-18281, eb66ae030829" MM_AFTER_THE_FIX,
             kPageTableRule, "mremap flushed after it had given the page table locks back", kB32,
             kB32Fixed, MapAndCacheSecondPage),
    MM_PIECE("collapse-without-rmap-locks", "8d3c106e19e8", kPageTableRule,
             "khugepaged took out a table that the rmap led to", kB34, kB34Fixed,
             MapStackAboveMapping),
    MM_PIECE("retract-checks-anon-vma-early", "CVE-2023-52935, 023f47a8250c" MM_AFTER_THE_FIX,
             kPageTableRule, "khugepaged took out a table that had got an anonymous page", kB35,
             kB35Fixed, EmptyPrivateTable),
    MM_PIECE("collapse-checks-before-vma-lock", "366a4532d96f", kModelCorruption,
             "khugepaged used a table that a fault's neighbour had freed", kB36, kB36Fixed,
             MapStackAboveMapping),
    MM_PIECE("gup-fast-against-collapse", "70cbc3cc78a9, 2ba99c5e0881", kModelCorruption,
             "a table was freed under a walk with interrupts off", kB37, kB37Fixed, FaultAnon),
    MM_PIECE("mremap-against-retract", "CVE-2024-50066, 6fa1066fc5d0" MM_AFTER_THE_FIX,
             kModelCorruption, "mremap moved a table that it had looked up before it locked", kB38,
             kB38Fixed, MapTableTwice),
    MM_PIECE("follow-pfnmap-snapshot", "mm/memory: fix checks in follow_pfnmap_start",
             kModelCorruption, "a walk acted on what it had read before it locked", kB39, kB39Fixed,
             MapHuge),
    MM_PIECE("fault-around-missing-table", "mm: filemap_map_pmd, fixes f9ce0be71d1f",
             kModelCorruption, "a fault installed a table that it did not have", kB40, kB40Fixed,
             EmptyTable),
};

}  // namespace

std::span<const MuseumPiece> PageTablePieces() { return kPieces; }

}  // namespace mm_model
