// Follows linux 7.0 mm/swap.c, mm/vmscan.c (folio_isolate_lru) and mm/page_alloc.c.
// References are not counted: a folio is free when nothing leads to it.

#include "mm_model/folio.h"

#include <algorithm>
#include <utility>

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"

namespace mm_model {
namespace {

// REQUIRES: lru_lock.
void AddToLru(lruvec* lru, folio* page) {
  lru->folios.write().push_back(page);
  page->lru = true;
}

// A folio that nobody has any more leaves the list.
void __page_cache_release(folio* page) {
  lruvec* const lru = &globals().lru;
  spin_lock_irq(&lru->lru_lock);
  page->lru = false;
  std::erase(lru->folios.write(), page);
  spin_unlock_irq(&lru->lru_lock);
}

}  // namespace

Globals& globals() { return *machine().globals; }

// Direct reclaim is where allocations wait: a pseudo-lock stands for what it may take.
folio* folio_alloc() {
  const LockRequest request{.site = LOCKDEP_CALL_SITE()};
  DepMap& reclaim = globals().fs_reclaim.dep_map();
  TellAcquire(reclaim, lockdep::ReadMode::kWrite, lockdep::TryLock::kNo, request);
  TellRelease(reclaim, request.site);
  return machine().New<folio>();
}

folio* vma_alloc_folio(vm_area_struct* vma, unsigned long address) {
  auto* const page = folio_alloc();
  page->anon_mapping = vma->anon_vma;
  page->index = linear_page_index(vma, address);
  page->uptodate = true;
  page->anon_exclusive = true;  // folio_add_new_anon_rmap
  return page;
}

bool folio_test_anon(const folio& page) { return page.anon_mapping.peek() != nullptr; }

void folio_put(folio* page) {
  for (const void* what :
       {static_cast<const void*>(&page->mapcount), static_cast<const void*>(&page->pincount)}) {
    AlsoTouches(what, AccessMode::kExclusive);
  }
  AlsoTouches(&page->mapping, AccessMode::kShared);
  AlsoTouches(&page->lock, AccessMode::kShared);
  AlsoTouches(&page->lru, AccessMode::kShared);
  const bool used = page->mapcount.peek() > 0 || page->pincount.peek() > 0 ||
                    page->mapping.peek() != nullptr || page->swap != 0 ||
                    page->lock.owner() != nullptr || page->isolated;
  if (used || page->freed) return;
  page->freed = true;
  if (page->lru.peek()) __page_cache_release(page);
}

void CheckInUse(const folio& page) {
  AlsoTouches(&page.mapcount, AccessMode::kShared);
  if (page.freed) Corruption("a page was used after it was freed");
}

void lru_add_drain(folio* page) {
  lruvec* const lru = &globals().lru;
  spin_lock_irq(&lru->lru_lock);
  if (std::exchange(page->in_batch, false) && !page->freed) AddToLru(lru, page);
  spin_unlock_irq(&lru->lru_lock);
}

// The flag says who has it: two tasks that want it cannot both take it off the list.
bool folio_isolate_lru(folio* page) {
  if (!page->lru.cmpxchg(true, false)) return false;
  page->isolated = true;
  lruvec* const lru = &globals().lru;
  spin_lock_irq(&lru->lru_lock);
  const auto& folios = lru->folios.read();
  if (std::find(folios.begin(), folios.end(), page) != folios.end()) {
    std::erase(lru->folios.write(), page);
  }
  spin_unlock_irq(&lru->lru_lock);
  return true;
}

void folio_putback_lru(folio* page) {
  lruvec* const lru = &globals().lru;
  spin_lock_irq(&lru->lru_lock);
  AddToLru(lru, page);
  page->isolated = false;
  spin_unlock_irq(&lru->lru_lock);
  folio_put(page);
}

}  // namespace mm_model
