// Huge pages of anonymous memory in place of small ones, and back.  Follows linux 7.0
// mm/khugepaged.c (collapse_huge_page) and mm/huge_memory.c (__folio_split).
// The swap-in before a collapse and its copying take no time.

#include <algorithm>

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/rmap_walk.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/services.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

bool IsCandidate(mm_struct* mm, unsigned long address) {
  vm_area_struct* const vma = vma_lookup(mm, address);
  return vma != nullptr && vma->vm_start <= address && vma->vm_end >= address + PMD_SIZE &&
         vma->anon_vma;
}

void PutTableBack(mm_struct* mm, pt_slot* pmd, page_table* table) {
  spinlock* const pml = pmd_lock(mm, pmd);
  table->detached = false;
  set_pte(pmd, {.kind = pt_entry::Kind::kTable, .table = table});
  spin_unlock(pml);
}

using Folios = std::pmr::vector<folio*>;

void UnlockAll(const Folios& pages) {
  for (folio* page : pages) folio_unlock(page);
}

// A huge page that was split stands in several entries.
[[gnu::noinline]] bool LockOnce(folio* page, Folios* locked) {
  if (std::find(locked->begin(), locked->end(), page) != locked->end()) return true;
  if (page->pincount.read() != 0 || !folio_trylock(page)) return false;
  AskRead(*page, {Field::kFolioPages, AccessKind::kPlain, &page->pages, LOCKDEP_CALL_SITE()});
  locked->push_back(page);
  return true;
}

// Locks each page of the table, which nobody finds any more.  One that is swapped out, on
// its way elsewhere or in use by the kernel cannot be copied: none is locked then.
bool __collapse_huge_page_isolate(page_table* table, Folios* locked) {
  spin_lock(&table->lock);
  const bool all = std::all_of(table->slots.begin(), table->slots.end(), [&](const pt_slot& slot) {
    AlsoTouches(&slot, AccessMode::kShared);
    return slot.entry.none() || (slot.entry.present() && LockOnce(slot.entry.page, locked));
  });
  spin_unlock(&table->lock);
  if (!all) UnlockAll(*locked);
  return all;
}

// Unmaps what the table still maps.
void __collapse_huge_page_copy_succeeded(page_table* table, const Folios& locked) {
  spin_lock(&table->lock);
  for (pt_slot& slot : table->slots) {
    if (!slot.entry.present()) continue;
    slot.entry.page->mapcount.add(-1);
    table->mm->rss_stat.add(-1);
    slot.entry = {};
    AlsoTouches(&slot, AccessMode::kExclusive);
  }
  spin_unlock(&table->lock);
  UnlockAll(locked);
  for (folio* page : locked) folio_put(page);
}

// REQUIRES: mmap, VMA and anon_vma write-locked.
page_table* DetachTable(mm_struct* mm, pt_slot* pmd, const lockdep::CallSite& site) {
  spinlock* const pml = pmd_lock(mm, pmd);
  CheckPt(PtRuleId::kCollapse, *pmd, site);
  page_table* const table = ptep_get(pmd).table;
  if (table == nullptr) Corruption("a huge page was made of a page table that had gone");
  ptep_get_and_clear(pmd);  // pmdp_collapse_flush
  flush_tlb_range(mm, table->start, table->start + PMD_SIZE);
  table->detached = true;
  pmd_unlock(pml, pmd);
  tlb_remove_table_sync_one();
  return table;
}

void InstallHuge(mm_struct* mm, pt_slot* pmd, folio* huge, bool write) {
  spinlock* const pml = pmd_lock(mm, pmd);
  huge->mapcount.add(1);
  mm->rss_stat.add(1);
  huge->visible = true;
  pt_entry entry = mk_pte(huge, write);
  entry.dirty = write;
  set_pte(pmd, entry);
  spin_unlock(pml);
}

bool CollapseLocked(mm_struct* mm, vm_area_struct* vma, unsigned long address,
                    CollapseStudy study) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  if (study.vma_lock_first) vma_start_write(vma);  // No fault changes the pmd from here.
  pt_slot* const pmd = pmd_off(mm, address);
  if (pmd == nullptr || ptep_get(pmd).table == nullptr) return false;
  if (!study.vma_lock_first) vma_start_write(vma);
  anon_vma* const av = vma->anon_vma;
  if (study.rmap_locks) anon_vma_lock_write(av);
  page_table* const table = DetachTable(mm, pmd, site);
  auto* const old = machine().New<Folios>(machine().memory());
  const bool collapses = __collapse_huge_page_isolate(table, old);
  if (!collapses) PutTableBack(mm, pmd, table);
  if (study.rmap_locks) anon_vma_unlock_write(av);
  if (!collapses) return false;
  folio* const huge = vma_alloc_folio(vma, address);
  huge->pages = kEntries;
  __collapse_huge_page_copy_succeeded(table, *old);
  InstallHuge(mm, pmd, huge, (vma->vm_flags & VM_WRITE) != 0);
  pte_free_defer(table);
  return true;
}

// The parts go where the whole was.
void PutBackOnLru(folio* page) {
  lruvec* const lru = &globals().lru;
  spin_lock(&lru->lru_lock);
  if (std::erase(lru->folios.write(), page) != 0) lru->folios.write().push_back(page);
  spin_unlock(&lru->lru_lock);
}

// Nobody may use the page meanwhile: migration entries stand in for it.
void SplitAnon(folio* page) {
  try_to_migrate(page, true);
  spin_lock(&globals().split_queue_lock);
  const auto& queue = globals().split_queue.read();
  if (std::find(queue.begin(), queue.end(), page) != queue.end()) {
    std::erase(globals().split_queue.write(), page);
  }
  PutBackOnLru(page);
  spin_unlock(&globals().split_queue_lock);
  remove_migration_ptes(page, page, true);
}

}  // namespace

bool collapse_huge_page(mm_struct* mm, unsigned long address, CollapseStudy study) {
  if (!mmap_read_trylock(mm)) return false;
  const bool candidate = IsCandidate(mm, address);
  mmap_read_unlock(mm);
  if (!candidate) return false;
  mmap_write_lock(mm);
  const bool collapsed =
      IsCandidate(mm, address) && CollapseLocked(mm, vma_lookup(mm, address), address, study);
  mmap_write_unlock(mm);
  return collapsed;
}

void split_folio(folio* page) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  folio_lock(page);
  WillWrite(*page, {Field::kFolioPages, AccessKind::kPlain, &page->pages, site});
  if (anon_vma* const av = page->anon_mapping) {
    anon_vma_lock_write(av);
    SplitAnon(page);
    anon_vma_unlock_write(av);
  } else if (address_space* const mapping = page->mapping) {
    i_mmap_lock_read(mapping);
    try_to_unmap(page, true);
    xa_lock_irq(mapping);
    PutBackOnLru(page);
    xa_unlock_irq(mapping);
    i_mmap_unlock_read(mapping);
  }
  folio_unlock(page);
}

}  // namespace mm_model
