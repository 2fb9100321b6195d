// What comes of breaking the rules of page tables: why they exist.

#include "mm_model/folio.h"
#include "mm_model/migrate.h"
#include "mm_model/mm_locks.h"
#include "mm_model/museum/museum.h"
#include "mm_model/museum/steps.h"
#include "mm_model/services.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using A = AddressSpace;

address_space* MappingOf(const A& space) { return space.data->f_mapping; }
folio* CachedPage(const A& space, unsigned long index) {
  return filemap_get_folio(MappingOf(space), index);
}

// move_ptes takes the rmap locks, unless a walk comes to the source first.  Here it
// comes to the target first: that VMA begins at a lower page of the file.
void MoveWithoutRmapLocks(A& space) { MoveSecondPage(space, {.rmap_locks = false}); }
void MoveWithRmapLocks(A& space) { MoveSecondPage(space, {}); }
void MigrateSecondPage(A& space) { migrate_folio(CachedPage(space, 1)); }
constexpr ScenarioTask kMove[] = {{"mremap", MoveWithoutRmapLocks}, {"migrate", MigrateSecondPage}};
constexpr ScenarioTask kMoveKept[] = {{"mremap", MoveWithRmapLocks},
                                      {"migrate", MigrateSecondPage}};

// An entry is installed under the mmap or the VMA lock.  Under an rmap lock alone it can
// come between the zap and the freeing of the tables.
void Install(vm_area_struct* vma, folio* page) {
  mm_struct* const mm = vma->vm_mm;
  pt_slot* const pmd = pmd_off(mm, A::kShared);
  if (pmd == nullptr) return;
  const LockedPte locked = pte_offset_map_lock(mm, pmd, A::kShared);
  if (locked.pte == nullptr) return;
  if (ptep_get(locked.pte).none()) {
    page->mapcount.add(1);
    set_pte(locked.pte, mk_pte(page, false));
  }
  pte_unmap_unlock(locked);
}
void InstallUnderRmapLock(A& space) {
  folio* const page = CachedPage(space, 0);
  address_space* const mapping = MappingOf(space);
  i_mmap_lock_read(mapping);
  for (vm_area_struct* vma : mapping->i_mmap.read().Items(machine().memory())) {
    if (vma->vm_start == A::kShared) Install(vma, page);
  }
  i_mmap_unlock_read(mapping);
}
void InstallUnderVmaLock(A& space) {
  folio* const page = CachedPage(space, 0);
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kShared);
  if (vma == nullptr) return;
  Install(vma, page);
  vma_end_read(vma);
}
void UnmapShared(A& space) { __vm_munmap(space.mm, A::kShared, A::kBytes); }
constexpr ScenarioTask kInstall[] = {{"munmap", UnmapShared}, {"install", InstallUnderRmapLock}};
constexpr ScenarioTask kInstallKept[] = {{"munmap", UnmapShared}, {"install", InstallUnderVmaLock}};

// Tables are freed when the reverse mapping no longer leads to them.  The mapping is
// alone in its upper tables, which are not read under RCU.
constexpr unsigned long kAlone = 0x400000;
constexpr unsigned long kAloneEnd = 0x600000;
void MapAlone(A& space) {
  vm_mmap_pgoff(space.mm, space.data, kAlone, PAGE_SIZE, A::kFlags | VM_SHARED, 0);
  AccessUser(space.mm, kAlone, Access::kRead);
}
void UnmapAlone(A& space, bool unlink_first) {
  mmap_write_lock(space.mm);
  vm_area_struct* const vma = vma_lookup(space.mm, kAlone);
  vma_start_write(vma);
  vma_mark_detached(vma);
  vma_iter_clear(space.mm, vma);
  mmap_write_downgrade(space.mm);
  unmap_page_range(vma, kAlone, kAlone + PAGE_SIZE);
  if (unlink_first) unlink_file_vma(vma);
  free_pgd_range(space.mm, kAlone, kAlone + PAGE_SIZE, kAlone, kAloneEnd);
  if (!unlink_first) unlink_file_vma(vma);
  vm_area_free(vma);
  mmap_read_unlock(space.mm);
}
void FreeThenUnlink(A& space) { UnmapAlone(space, false); }
void UnlinkThenFree(A& space) { UnmapAlone(space, true); }
void ZapThroughTheFile(A& space) { unmap_mapping_range(MappingOf(space), 0, 0); }
constexpr ScenarioTask kFree[] = {{"munmap", FreeThenUnlink}, {"truncate", ZapThroughTheFile}};
constexpr ScenarioTask kFreeKept[] = {{"munmap", UnlinkThenFree}, {"truncate", ZapThroughTheFile}};

// Once a pte table is locked the pmd entry is asked again: it may be gone by then.
void InstallUnasked(A& space) {
  folio* const page = CachedPage(space, 0);
  vm_area_struct* const vma = lock_vma_under_rcu(space.mm, A::kShared);
  if (vma == nullptr) return;
  pt_slot* const pmd = pmd_off(space.mm, A::kShared);
  rcu_read_lock();
  if (page_table* const table = ptep_get(pmd).table) {
    spin_lock(&table->lock);
    page->mapcount.add(1);
    set_pte(table->slot_of(A::kShared), mk_pte(page, false));
    spin_unlock(&table->lock);
  }
  rcu_read_unlock();
  vma_end_read(vma);
}
constexpr ScenarioTask kAsk[] = {{"fault", InstallUnasked}, {"khugepaged", Retract}};
constexpr ScenarioTask kAskKept[] = {{"fault", InstallUnderVmaLock}, {"khugepaged", Retract}};

// pte tables are freed by RCU: who reads one stays in a read-side section.
void LookAtPte(A& space, bool under_rcu) {
  mmap_read_lock(space.mm);
  pt_slot* const pmd = pmd_off(space.mm, A::kShared);
  if (under_rcu) rcu_read_lock();
  if (page_table* const table = ptep_get(pmd).table) {
    static_cast<void>(ptep_get(table->slot_of(A::kShared)));
  }
  if (under_rcu) rcu_read_unlock();
  mmap_read_unlock(space.mm);
}
void LookWithoutRcu(A& space) { LookAtPte(space, false); }
void LookUnderRcu(A& space) { LookAtPte(space, true); }
constexpr ScenarioTask kRcu[] = {{"reader", LookWithoutRcu}, {"khugepaged", Retract}};
constexpr ScenarioTask kRcuKept[] = {{"reader", LookUnderRcu}, {"khugepaged", Retract}};

// A processor uses what it has cached until it is flushed: then only is the page freed.
void UseAndCacheAnon(A& space) {
  FaultAnon(space);
  CacheEverywhere(space);
}
void ZapWithoutFlush(A& space) {
  mmap_read_lock(space.mm);
  const LockedPte locked = pte_offset_map_lock(space.mm, pmd_off(space.mm, A::kAnon), A::kAnon);
  folio* const page = ptep_get_and_clear(locked.pte).page;
  page->mapcount.add(-1);
  pte_unmap_unlock(locked);
  folio_put(page);
  mmap_read_unlock(space.mm);
}
void ZapAndFlush(A& space) { madvise_dontneed(space.mm, A::kAnon, PAGE_SIZE); }
constexpr ScenarioTask kFlush[] = {{"zap", ZapWithoutFlush}, {"user", FaultAnon}};
constexpr ScenarioTask kFlushKept[] = {{"zap", ZapAndFlush}, {"user", FaultAnon}};

// An entry that processors use is changed at once: what one sets between a look and a
// write would be lost.  Here the page is clean until it is written.
void MakeClean(A& space) {
  FaultAnon(space);
  madvise_free(space.mm, A::kAnon, PAGE_SIZE);
}
void ProtectAnon(A& space, bool at_once) {
  mmap_write_lock(space.mm);
  vma_start_write(vma_lookup(space.mm, A::kAnon));
  const LockedPte locked = pte_offset_map_lock(space.mm, pmd_off(space.mm, A::kAnon), A::kAnon);
  if (at_once) {
    ptep_modify(locked.pte, &pte_wrprotect);
  } else {
    set_pte(locked.pte, pte_wrprotect(ptep_get(locked.pte)));
  }
  pte_unmap_unlock(locked);
  flush_tlb_range(space.mm, A::kAnon, A::kAnon + PAGE_SIZE);
  mmap_write_unlock(space.mm);
}
void ProtectInTwoSteps(A& space) { ProtectAnon(space, false); }
void ProtectAtOnce(A& space) { ProtectAnon(space, true); }
constexpr ScenarioTask kExchange[] = {{"mprotect", ProtectInTwoSteps}, {"user", FaultAnon}};
constexpr ScenarioTask kExchangeKept[] = {{"mprotect", ProtectAtOnce}, {"user", FaultAnon}};

constexpr MuseumPiece kPieces[] = {
    MM_WHY("why-move-ptes-takes-rmap-locks", "mm/mremap.c, move_ptes; PT-MOVE-PTE",
           kModelCorruption, "an entry moves behind a walk that has passed its target", kMove,
           kMoveKept, MapSecondPageElsewhere),
    MM_WHY("why-no-install-under-rmap-lock", "process_addrs.rst, \"Locking rules\"; PT-INST",
           kModelCorruption, "an entry is installed between the zap and free_pgtables", kInstall,
           kInstallKept, FaultShared),
    MM_WHY("why-unlink-before-freeing-tables", "process_addrs.rst, \"Page table freeing\"; PT-FREE",
           kModelCorruption, "tables are freed while the reverse mapping leads to them", kFree,
           kFreeKept, MapAlone),
    MM_WHY("why-the-pmd-is-asked-again", "process_addrs.rst, \"Locking rules\"; PT-REVAL",
           kModelCorruption, "a table goes while its lock is waited for", kAsk, kAskKept,
           EmptyTable),
    MM_WHY("why-ptes-are-read-under-rcu", "process_addrs.rst, \"Locking rules\"; PT-RCU",
           kModelCorruption, "a table is freed under somebody who reads it", kRcu, kRcuKept,
           EmptyTable),
    MM_WHY("why-entries-are-exchanged", "process_addrs.rst, \"Atomicity\"; PT-ATOMIC",
           kModelCorruption, "a processor writes between the look at an entry and its change",
           kExchange, kExchangeKept, MakeClean),
    MM_WHY("why-the-tlb-is-flushed", "mm/memory.c, zap_pte_range; PT-FLUSH", kModelCorruption,
           "a page is freed that a processor still uses", kFlush, kFlushKept, UseAndCacheAnon),
};

}  // namespace

std::span<const MuseumPiece> PageTableConsequences() { return kPieces; }

}  // namespace mm_model
