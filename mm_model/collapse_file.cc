// Huge pages of the page cache, and page tables that have nothing in them any more.
// Follows linux 7.0 mm/khugepaged.c: collapse_file, retract_page_tables.  All pages must
// be cached and up to date; copying takes no time.

#include <algorithm>

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/rmap_walk.h"
#include "mm_model/services.h"

namespace mm_model {
namespace {

using Folios = std::pmr::vector<folio*>;

// The folio of the index, locked; null if it is not there or cannot be locked at once.
[[gnu::noinline]] folio* find_and_trylock(address_space* mapping, unsigned long index) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  xa_lock_irq(mapping);
  const auto* const node = mapping->i_pages.read().find(index, index);
  folio* const page = node == nullptr ? nullptr : node->item;
  const bool small = page != nullptr && page->pages == 1;
  const bool locked = small && page->pincount.read() == 0 && folio_trylock(page);
  if (locked) AskRead(*page, {Field::kFolioPages, AccessKind::kPlain, &page->pages, site});
  xa_unlock_irq(mapping);
  return locked ? page : nullptr;
}

// Locks and unmaps what the huge page is to stand for.  Returns whether that was all.
bool IsolateRange(address_space* mapping, unsigned long start, Folios* locked) {
  for (unsigned long index = start; index < start + kEntries; ++index) {
    folio* const page = find_and_trylock(mapping, index);
    if (page == nullptr) return false;
    locked->push_back(page);
    if (!page->uptodate) return false;
    if (page->mapcount.sum() != 0) try_to_unmap(page);
    if (page->mapcount.sum() != 0) return false;  // In memory that is locked.
  }
  return true;
}

void ReplaceInPageCache(address_space* mapping, const Folios& old, folio* huge) {
  const unsigned long start = huge->index;
  xa_lock_irq(mapping);
  huge->mapping = mapping;
  huge->visible = true;
  // At once: who looks without the lock finds one or the other.
  interval_tree<folio*>& pages = mapping->i_pages.write();
  for (folio* page : old) pages.erase(page);
  pages.insert(start, start + kEntries - 1, huge);
  for (folio* page : old) page->mapping = nullptr;
  xa_unlock_irq(mapping);
}

void RetractOne(vm_area_struct* vma, unsigned long address, bool ask_again) {
  pt_slot* const pmd = pmd_off(vma->vm_mm, address);
  if (pmd == nullptr || ptep_get(pmd).table == nullptr) return;
  take_out_pte_table(vma, pmd, {.unless_anon = true, .ask = ask_again});
}

}  // namespace

bool collapse_file(address_space* mapping, unsigned long start) {
  folio* const huge = folio_alloc();
  folio_lock(huge);
  huge->index = start;
  huge->pages = kEntries;
  huge->uptodate = true;
  auto* const old = machine().New<Folios>(machine().memory());
  const bool collapses = IsolateRange(mapping, start, old);
  if (collapses) {
    ReplaceInPageCache(mapping, *old, huge);
    retract_page_tables(mapping);
  }
  folio_unlock(huge);
  for (folio* page : *old) {
    folio_unlock(page);
    folio_put(page);
  }
  return collapses;
}

void retract_page_tables(address_space* mapping, bool ask_again) {
  i_mmap_lock_read(mapping);
  for (vm_area_struct* vma : vma_interval_tree_iter(mapping, 0, kLastIndex)) {
    if (!vma->anon_vma.once()) RetractOne(vma, vma->vm_start, ask_again);
  }
  i_mmap_unlock_read(mapping);
}

}  // namespace mm_model
