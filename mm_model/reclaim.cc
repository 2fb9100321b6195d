// Reclaim of one folio.  Follows linux 7.0 mm/vmscan.c: shrink_folio_list,
// __remove_mapping.  The list is of one, and the folio is written at once.

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/rmap_walk.h"
#include "mm_model/swap.h"

namespace mm_model {
namespace {

// Takes a folio that nobody maps out of its cache.
void __remove_mapping(folio* page) {
  if (page->swap != 0) {
    swap_cache_del(page);
    return;
  }
  address_space* const mapping = page->mapping;
  if (mapping == nullptr) return;
  spin_lock(&mapping->host->i_lock);
  xa_lock_irq(mapping);
  if (page->mapcount.sum() == 0) page_cache_delete(mapping, page);
  xa_unlock_irq(mapping);
  if (mapping->nrpages == 0) mapping->host->i_lru = true;  // inode_add_lru
  spin_unlock(&mapping->host->i_lock);
}

// What an allocation that waits for reclaim must not hold.
struct ReclaimSection {
  const LockRequest request;

  explicit ReclaimSection(const lockdep::CallSite& site) : request{.site = site} {
    TellAcquire(globals().fs_reclaim.dep_map(), lockdep::ReadMode::kWrite, lockdep::TryLock::kNo,
                request);
  }
  ~ReclaimSection() { TellRelease(globals().fs_reclaim.dep_map(), request.site); }
};

}  // namespace

void shrink_folio(folio* page) {
  const ReclaimSection section(LOCKDEP_CALL_SITE());
  if (!folio_isolate_lru(page)) return;  // Somebody else has it.
  if (!folio_trylock(page)) return folio_putback_lru(page);
  const bool anon = page->anon_mapping;
  const bool busy = folio_referenced(page) || (anon && page->swap == 0 && !folio_alloc_swap(page));
  if (!busy) {
    try_to_unmap(page);
    if (page->mapcount.sum() == 0) __remove_mapping(page);
  }
  folio_unlock(page);
  if (page->mapcount.sum() != 0) return folio_putback_lru(page);
  page->isolated = false;
  folio_put(page);
}

}  // namespace mm_model
