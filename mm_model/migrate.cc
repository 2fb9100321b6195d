// Follows linux 7.0 mm/migrate.c: migrate_folio_unmap, migrate_folio_move,
// __folio_migrate_mapping.

#include "mm_model/migrate.h"

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/rmap_walk.h"

namespace mm_model {
namespace {

void MoveInPageCache(address_space* mapping, folio* src, folio* dst) {
  const unsigned long index = src->index;
  xa_lock_irq(mapping);
  dst->mapping = mapping;
  dst->index = index;
  dst->visible = true;
  // At once: who looks without the lock finds one or the other.
  interval_tree<folio*>& pages = mapping->i_pages.write();
  pages.erase(src);
  pages.insert(index, index + src->pages - 1, dst);
  src->mapping = nullptr;
  xa_unlock_irq(mapping);
}

void __folio_migrate_mapping(folio* src, folio* dst) {
  if (address_space* const mapping = src->mapping) return MoveInPageCache(mapping, src, dst);
  dst->anon_mapping = src->anon_mapping;
  dst->index = src->index;
  dst->visible = true;
}

}  // namespace

folio* migrate_folio(folio* src) {
  folio* const dst = folio_alloc();
  folio_lock(src);
  folio_trylock(dst);  // Nobody else knows it.
  dst->pages = src->pages;
  const bool cached = src->mapping || src->anon_mapping;
  folio* moved = nullptr;
  if (cached && src->swap == 0) {
    try_to_migrate(src);
    moved = src->mapcount.sum() == 0 && src->pincount.read() == 0 ? dst : nullptr;
    if (moved != nullptr) {
      __folio_migrate_mapping(src, dst);
      dst->uptodate = true;
      dst->dirty = src->dirty;
    }
    remove_migration_ptes(src, moved != nullptr ? dst : src);
  }
  folio_unlock(dst);
  folio_unlock(src);
  folio_put(src);
  return moved;
}

}  // namespace mm_model
