// Huge pages in place of small ones.  Follows linux 7.0 mm/khugepaged.c
// (collapse_huge_page, retract_page_tables) and mm/huge_memory.c (__folio_split).
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

// What is swapped out, on its way elsewhere or in use by the kernel stays as it is.
bool MayBeCollected(const page_table& table) {
  return std::all_of(table.slots.begin(), table.slots.end(), [](const pt_slot& slot) {
    AlsoTouches(&slot, AccessMode::kShared);
    return slot.entry.none() || (slot.entry.present() && slot.entry.page->pincount.read() == 0);
  });
}

void PutTableBack(mm_struct* mm, pt_slot* pmd, page_table* table) {
  spinlock* const pml = pmd_lock(mm, pmd);
  table->detached = false;
  set_pte(pmd, {.kind = pt_entry::Kind::kTable, .table = table});
  spin_unlock(pml);
}

// Unmaps what the table, which nobody finds any more, still maps.
void CollectOldPages(page_table* table) {
  spin_lock(&table->lock);
  for (pt_slot& slot : table->slots) {
    if (!slot.entry.present()) continue;
    slot.entry.page->mapcount.dec();
    table->mm->rss_stat.add(-1);
    slot.entry = {};
    AlsoTouches(&slot, AccessMode::kExclusive);
  }
  spin_unlock(&table->lock);
}

// REQUIRES: mmap, VMA and anon_vma write-locked.
page_table* DetachTable(mm_struct* mm, pt_slot* pmd, const lockdep::CallSite& site) {
  spinlock* const pml = pmd_lock(mm, pmd);
  CheckPt(PtRuleId::kCollapse, *pmd, site);
  page_table* const table = ptep_get(pmd).table;
  if (table != nullptr) {
    ptep_get_and_clear(pmd);
    table->detached = true;
  }
  spin_unlock(pml);
  tlb_remove_table_sync_one();
  return table;
}

void InstallHuge(mm_struct* mm, pt_slot* pmd, folio* huge, bool write) {
  spinlock* const pml = pmd_lock(mm, pmd);
  huge->anon_exclusive = true;
  huge->mapcount.inc();
  mm->rss_stat.add(1);
  huge->visible = true;
  set_pte(pmd, mk_pte(huge, write));
  spin_unlock(pml);
}

bool CollapseLocked(mm_struct* mm, vm_area_struct* vma, unsigned long address) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  vma_start_write(vma);  // Before the pmd is looked at: no fault changes it from here.
  pt_slot* const pmd = pmd_off(mm, address);
  if (pmd == nullptr || ptep_get(pmd).table == nullptr) return false;
  anon_vma* const av = vma->anon_vma;
  anon_vma_lock_write(av);
  page_table* const table = DetachTable(mm, pmd, site);
  if (!MayBeCollected(*table)) {
    PutTableBack(mm, pmd, table);
    anon_vma_unlock_write(av);
    return false;
  }
  CollectOldPages(table);
  folio* const huge = machine().New<folio>();
  huge->anon_mapping = av;
  huge->index = vma->vm_pgoff + ((address - vma->vm_start) >> PAGE_SHIFT);
  anon_vma_unlock_write(av);
  InstallHuge(mm, pmd, huge, (vma->vm_flags & VM_WRITE) != 0);
  pte_free_defer(table);
  return true;
}

bool IsEmpty(page_table* table) {
  return std::all_of(table->slots.begin(), table->slots.end(),
                     [](const pt_slot& slot) { return ptep_get(&slot).none(); });
}

// The pmd and the pte lock, in this order, and everything asked again.
void RetractOne(vm_area_struct* vma, unsigned long address, const lockdep::CallSite& site) {
  mm_struct* const mm = vma->vm_mm;
  pt_slot* const pmd = pmd_off(mm, address);
  if (pmd == nullptr || ptep_get(pmd).table == nullptr) return;
  spinlock* const pml = pmd_lock(mm, pmd);
  rcu_read_lock();
  page_table* const table = ptep_get(pmd).table;
  bool retracted = false;
  if (table != nullptr) {
    spin_lock(&table->lock);
    if (!vma->anon_vma.once() && IsEmpty(table)) {
      CheckPt(PtRuleId::kRetract, *pmd, site);
      ptep_get_and_clear(pmd);
      table->detached = true;
      mm->pgtables_bytes.add(-kPageTableBytes);
      retracted = true;
    }
    spin_unlock(&table->lock);
  }
  rcu_read_unlock();
  spin_unlock(pml);
  if (retracted) pte_free_defer(table);
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

bool collapse_huge_page(mm_struct* mm, unsigned long address) {
  if (!mmap_read_trylock(mm)) return false;
  const bool candidate = IsCandidate(mm, address);
  mmap_read_unlock(mm);
  if (!candidate) return false;
  mmap_write_lock(mm);
  const bool collapsed =
      IsCandidate(mm, address) && CollapseLocked(mm, vma_lookup(mm, address), address);
  mmap_write_unlock(mm);
  return collapsed;
}

void retract_page_tables(address_space* mapping) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  i_mmap_lock_read(mapping);
  for (vm_area_struct* vma : vma_interval_tree_iter(mapping, 0, kLastIndex)) {
    if (!vma->anon_vma.once()) RetractOne(vma, vma->vm_start, site);
  }
  i_mmap_unlock_read(mapping);
}

void split_folio(folio* page) {
  folio_lock(page);
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
