// Follows linux 7.0 mm/rmap.c: rmap_walk_anon, rmap_walk_file, try_to_unmap_one,
// try_to_migrate_one, folio_referenced_one, page_vma_mkclean_one; and mm/migrate.c,
// remove_migration_pte.  No huge pages, no batched flushes.

#include "mm_model/rmap_walk.h"

#include "mm_model/mm_locks.h"
#include "mm_model/mm_ops.h"
#include "mm_model/swap.h"
#include "mm_model/tlb.h"

namespace mm_model {
namespace {

unsigned long vma_address(const vm_area_struct* vma, unsigned long index) {
  return vma->vm_start + ((index - vma->vm_pgoff) << PAGE_SHIFT);
}

// What the VMA maps of the folio.
void ForEachPage(const RmapStep& walk, vm_area_struct* vma, void (*one)(const RmapStep&)) {
  const unsigned long first = walk.page->index;
  for (unsigned long index = first; index < first + walk.page->pages; ++index) {
    if (walk.page->pages > 1 && (index < vma->vm_pgoff || index > vma_last_pgoff(vma))) continue;
    one({walk.page, vma, vma_address(vma, index), walk.argument});
  }
}

[[gnu::noinline]] void rmap_walk_anon(const RmapStep& start, void (*one)(const RmapStep&),
                                      bool locked) {
  const auto& mapping = start.page->anon_mapping;
  WillRead(*start.page, {Field::kFolioAnonWalk, AccessKind::kPlain, &mapping, LOCKDEP_CALL_SITE()});
  anon_vma* const av = mapping.peek();
  if (av == nullptr) return;
  if (!locked) anon_vma_lock_read(av);
  const unsigned long index = start.page->index;
  const unsigned long last = index + start.page->pages - 1;
  for (const anon_vma_chain* avc : av->rb_root.read().Items(machine().memory(), index, last)) {
    ForEachPage(start, avc->vma, one);
  }
  if (!locked) anon_vma_unlock_read(av);
}

void rmap_walk_file(const RmapStep& start, void (*one)(const RmapStep&), bool locked) {
  address_space* const mapping = start.page->mapping;
  if (mapping == nullptr) return;
  if (!locked) i_mmap_lock_read(mapping);
  const unsigned long index = start.page->index;
  const unsigned long last = index + start.page->pages - 1;
  for (vm_area_struct* vma : vma_interval_tree_iter(mapping, index, last)) {
    ForEachPage(start, vma, one);
  }
  if (!locked) i_mmap_unlock_read(mapping);
}

bool StandsFor(const pt_entry& entry, const folio* page) {
  return entry.page == page && (entry.present() || entry.kind == pt_entry::Kind::kMigration);
}

// So that nobody writes to the page any more.
void FlushPage(const RmapStep& step) {
  flush_tlb_range(step.vma->vm_mm, step.address, step.address + PAGE_SIZE);
}

pt_entry ToMigration(pt_entry entry) {
  entry.kind = pt_entry::Kind::kMigration;
  return entry;
}

pt_entry ToClean(pt_entry entry) {
  entry.dirty = false;
  entry.write = false;
  return entry;
}

void try_to_unmap_one(const RmapStep& step) {
  const LockedPte locked = page_vma_mapped_walk(step);
  if (locked.pte == nullptr) return;
  if ((step.vma->vm_flags & VM_LOCKED) == 0) {
    pt_entry next;
    if (step.page->swap != 0) {
      swap_duplicate(step.page->swap);
      add_to_mmlist(step.vma->vm_mm);
      next = {.kind = pt_entry::Kind::kSwap, .swap = step.page->swap};
    }
    const bool dirty = ptep_exchange(locked.pte, next).dirty;
    FlushPage(step);
    if (dirty) folio_mark_dirty(step.page);
    step.page->anon_exclusive = false;  // Who copies the swap entry shares it.
    step.page->mapcount.add(-1);
    step.vma->vm_mm->rss_stat.add(-1);
  }
  pte_unmap_unlock(locked);
}

// Execution's temporary stack is moved without rmap locks: its pages stay.
bool invalid_migration_vma(const vm_area_struct* vma) {
  return (vma->vm_flags & VM_STACK_INCOMPLETE_SETUP) != 0;
}

void try_to_migrate_one(const RmapStep& step) {
  if (invalid_migration_vma(step.vma)) return;
  const LockedPte locked = page_vma_mapped_walk(step);
  if (locked.pte == nullptr) return;
  const bool dirty = ptep_modify(locked.pte, &ToMigration).dirty;
  FlushPage(step);
  if (dirty) folio_mark_dirty(step.page);
  step.page->anon_exclusive = false;  // Who copies the migration entry shares it.
  step.page->mapcount.add(-1);
  pte_unmap_unlock(locked);
}

void remove_migration_pte(const RmapStep& step) {
  auto* const src = static_cast<folio*>(step.argument);
  const LockedPte locked = page_vma_mapped_walk({src, step.vma, step.address, nullptr});
  if (locked.pte == nullptr) return;
  pt_entry entry = ptep_get(locked.pte);
  if (entry.kind == pt_entry::Kind::kMigration) {
    entry.kind = pt_entry::Kind::kPresent;
    entry.page = step.page;
    entry.write &= (step.vma->vm_page_prot & VM_WRITE) != 0;
    step.page->mapcount.add(1);
    set_pte(locked.pte, entry);
  }
  pte_unmap_unlock(locked);
}

void folio_referenced_one(const RmapStep& step) {
  const LockedPte locked = page_vma_mapped_walk(step);
  if (locked.pte == nullptr) return;
  if (ptep_get(locked.pte).young) {
    ptep_modify(locked.pte, &pte_mkold);
    *static_cast<bool*>(step.argument) = true;
  }
  pte_unmap_unlock(locked);
}

void page_vma_mkclean_one(const RmapStep& step) {
  const LockedPte locked = page_vma_mapped_walk(step);
  if (locked.pte == nullptr) return;
  const pt_entry entry = ptep_get(locked.pte);
  if (entry.present() && (entry.dirty || entry.write)) {
    const bool dirty = ptep_modify(locked.pte, &ToClean).dirty;
    FlushPage(step);
    if (dirty) step.page->dirty = true;  // Until the caller clears it.
  }
  pte_unmap_unlock(locked);
}

}  // namespace

void rmap_walk(folio* page, void (*one)(const RmapStep& step), void* argument, bool rmap_locked) {
  const RmapStep start{page, nullptr, 0, argument};
  if (page->anon_mapping) {
    rmap_walk_anon(start, one, rmap_locked);
  } else {
    rmap_walk_file(start, one, rmap_locked);
  }
}

LockedPte page_vma_mapped_walk(const RmapStep& step) {
  mm_struct* const mm = step.vma->vm_mm;
  pt_slot* const pmd = pmd_off(mm, step.address);
  if (pmd == nullptr) return {};
  const LockedPte locked = pte_offset_map_lock(mm, pmd, step.address);
  if (locked.pte == nullptr || StandsFor(ptep_get(locked.pte), step.page)) return locked;
  pte_unmap_unlock(locked);
  return {};
}

void try_to_unmap(folio* page, bool rmap_locked) {
  rmap_walk(page, &try_to_unmap_one, nullptr, rmap_locked);
}

void try_to_migrate(folio* page, bool rmap_locked) {
  rmap_walk(page, &try_to_migrate_one, nullptr, rmap_locked);
}

void remove_migration_ptes(folio* src, folio* dst, bool rmap_locked) {
  rmap_walk(dst, &remove_migration_pte, src, rmap_locked);
  if (src->migration_entries.read() != 0) {
    Corruption("a walk of the reverse mapping missed an entry: who faults there waits for ever");
  }
}

bool folio_referenced(folio* page) {
  bool referenced = false;
  rmap_walk(page, &folio_referenced_one, &referenced);
  return referenced;
}

void folio_mkclean(folio* page) { rmap_walk(page, &page_vma_mkclean_one); }

}  // namespace mm_model
