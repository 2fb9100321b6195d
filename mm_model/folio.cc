// Follows linux 7.0 mm/swap.c and mm/page_alloc.c.  References are not counted:
// a folio is free when no entry, cache or pin leads to it.

#include "mm_model/folio.h"

#include <algorithm>

#include "mm_model/mm_locks.h"

namespace mm_model {

Globals& globals() { return *machine().globals; }

// Direct reclaim is where allocations wait: a pseudo-lock stands for what it may take.
folio* folio_alloc() {
  const LockRequest request{.site = LOCKDEP_CALL_SITE()};
  DepMap& reclaim = globals().fs_reclaim.dep_map();
  TellAcquire(reclaim, lockdep::ReadMode::kWrite, lockdep::TryLock::kNo, request);
  TellRelease(reclaim, request.site);
  return machine().New<folio>();
}

void folio_put(folio* page) {
  AlsoTouches(&page->mapcount, AccessMode::kExclusive);
  AlsoTouches(&page->mapping, AccessMode::kShared);
  const bool used = page->mapcount.peek() > 0 || page->pincount.peek() > 0 ||
                    page->mapping.peek() != nullptr || page->swap != 0;
  if (!used) page->freed = true;
}

void folio_add_lru(folio* page) {
  lruvec* const lru = &globals().lru;
  spin_lock_irq(&lru->lru_lock);
  page->lru = true;
  lru->folios.write().push_back(page);
  spin_unlock_irq(&lru->lru_lock);
}

bool folio_isolate_lru(folio* page) {
  lruvec* const lru = &globals().lru;
  spin_lock_irq(&lru->lru_lock);
  const auto& folios = lru->folios.read();
  const bool found = std::find(folios.begin(), folios.end(), page) != folios.end();
  if (found) {
    std::erase(lru->folios.write(), page);
    page->lru = false;
  }
  spin_unlock_irq(&lru->lru_lock);
  return found;
}

}  // namespace mm_model
