// Walks of the reverse mapping: from a folio to the entries that map it.
//
// Source: linux 7.0 mm/rmap.c (rmap_walk_anon, rmap_walk_file), mm/page_vma_mapped.c.

#ifndef MM_MODEL_RMAP_WALK_H_
#define MM_MODEL_RMAP_WALK_H_

#include "mm_model/mm_types.h"
#include "mm_model/pgtable.h"

namespace mm_model {

struct RmapStep {
  folio* page;
  vm_area_struct* vma;
  unsigned long address;
  void* argument;
};

// Calls `one` for each VMA that may map the folio.  REQUIRES: the folio locked;
// it takes the rmap lock for reading, unless the caller holds it (`rmap_locked`).
void rmap_walk(folio* page, void (*one)(const RmapStep& step), void* argument = nullptr,
               bool rmap_locked = false);

// The entry of the address, locked, if it stands for the folio; else null.
LockedPte page_vma_mapped_walk(const RmapStep& step);

// What reclaim and migration make of every entry of a folio: a swap entry, if it
// is in the swap cache; an empty one, if it is in the page cache.
void try_to_unmap(folio* page, bool rmap_locked = false);
// ... a migration entry, and what ends that.
void try_to_migrate(folio* page, bool rmap_locked = false);
void remove_migration_ptes(folio* src, folio* dst, bool rmap_locked = false);
// Whether it was used since the last time; asks each entry.
bool folio_referenced(folio* page);
// Write-protects and cleans each entry; for writeback.
void folio_mkclean(folio* page);

}  // namespace mm_model

#endif  // MM_MODEL_RMAP_WALK_H_
