// Follows linux 7.0 mm/swapfile.c (swapoff, try_to_unuse, unuse_pte), mm/swap_state.c
// and mm/memory.c (do_swap_page).  No readahead, no large folios.

#include "mm_model/swap.h"

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

swap_info_struct& device() { return globals().swap; }

// A free slot, or 0.
unsigned long FindSlot(const std::pmr::vector<int>& map) {
  for (unsigned long slot = 1; slot < swap_info_struct::kSlots; ++slot) {
    if (map[slot] == 0) return slot;
  }
  return 0;
}

// PG_swapcache and the entry; the folio is locked by the caller.
[[gnu::noinline]] void SetSwapCache(folio* page, unsigned long slot) {
  AskWrite(*page, {Field::kFolioSwapCache, AccessKind::kPlain, &page->swap, LOCKDEP_CALL_SITE()});
  page->swap = slot;
}

// Whether slots are given out.
bool MayBeUsed() {
  spin_lock(&device().lock);
  const bool writeok = device().writeok;
  spin_unlock(&device().lock);
  return writeok;
}

// A folio for the slot, locked, in the cache; or the one that another task made.
folio* read_swap_cache_async(unsigned long slot) {
  folio* const fresh = folio_alloc();
  folio_lock(fresh);
  spin_lock(&device().cluster_lock);
  folio* const known = device().swap_cache.read()[slot];
  const bool mine = known == nullptr && device().swap_map.read()[slot] != 0;
  if (mine) {
    device().swap_cache.write()[slot] = fresh;
    device().swap_map.write()[slot] += 1;
    SetSwapCache(fresh, slot);
    fresh->uptodate = true;
    fresh->visible = true;
  }
  spin_unlock(&device().cluster_lock);
  folio_unlock(fresh);
  return mine ? fresh : known;
}

vm_fault_t migration_entry_wait(vm_fault* vmf) {
  const LockedPte locked = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address);
  if (locked.pte == nullptr) return 0;
  const pt_entry entry = ptep_get(locked.pte);
  pte_unmap_unlock(locked);
  if (entry.kind == pt_entry::Kind::kMigration) folio_wait_locked(entry.page);
  return 0;
}

// Locks the folio; if it must wait it gives the fault's lock back, the first time.
bool folio_lock_or_retry(vm_fault* vmf, folio* page) {
  if (folio_trylock(page)) return true;
  constexpr unsigned kFirst = FAULT_FLAG_ALLOW_RETRY;
  if ((vmf->flags & (FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_TRIED)) == kFirst) {
    release_fault_lock(vmf);
    folio_wait_locked(page);
    return false;
  }
  folio_lock(page);
  return true;
}

unsigned long AddressOf(const pt_slot& slot) {
  const auto entry = static_cast<unsigned long>(&slot - slot.in->slots.data());
  return slot.in->start + entry * slot.in->entry_size();
}

// Maps the folio where the swap entry stands.  REQUIRES: folio and pte locked.
void MapSwappedIn(const LockedPte& locked, vm_area_struct* vma, folio* page, bool write) {
  swap_free(page->swap);
  page->anon_mapping = vma->anon_vma;
  page->index = linear_page_index(vma, AddressOf(*locked.pte));
  page->mapcount.add(1);
  locked.pte->in->mm->rss_stat.add(1);
  set_pte(locked.pte, mk_pte(page, write));
}

bool IsSwapEntry(const pt_entry& entry, unsigned long slot) {
  return entry.kind == pt_entry::Kind::kSwap && entry.swap == slot;
}

void unuse_pte(vm_area_struct* vma, unsigned long address, unsigned long slot, folio* page) {
  mm_struct* const mm = vma->vm_mm;
  const LockedPte locked = pte_offset_map_lock(mm, pmd_off(mm, address), address);
  if (locked.pte == nullptr) return;
  if (IsSwapEntry(ptep_get(locked.pte), slot)) MapSwappedIn(locked, vma, page, false);
  pte_unmap_unlock(locked);
}

// The swap slot of the address, or 0; looks without any lock of the table.
unsigned long SlotAt(mm_struct* mm, unsigned long address) {
  const pt_slot* const pmd = pmd_off(mm, address);
  if (pmd == nullptr) return 0;
  const pt_entry entry = ptep_get_lockless(pmd, address);
  return entry.kind == pt_entry::Kind::kSwap ? entry.swap : 0;
}

void unuse_vma(vm_area_struct* vma) {
  if (!vma->anon_vma) return;
  const unsigned long end = vma->vm_end;
  for (unsigned long address = vma->vm_start; address < end; address += PAGE_SIZE) {
    const unsigned long slot = SlotAt(vma->vm_mm, address);
    if (slot == 0) continue;
    folio* const page = read_swap_cache_async(slot);
    if (page == nullptr) continue;
    folio_lock(page);
    if (page->swap == slot) unuse_pte(vma, address, slot, page);
    swap_cache_del(page);
    folio_unlock(page);
  }
}

void unuse_mm(mm_struct* mm) {
  mmap_read_lock(mm);
  for (vm_area_struct* vma : mm->mm_mt.read().Items(machine().memory())) unuse_vma(vma);
  mmap_read_unlock(mm);
}

mm_struct* TakeFromMmlist() {
  spin_lock(&globals().mmlist_lock);
  mm_struct* mm = nullptr;
  if (!globals().mmlist.empty()) {
    mm = globals().mmlist.back();
    globals().mmlist.pop_back();
    mm->mmlist = false;
  }
  spin_unlock(&globals().mmlist_lock);
  return mm;
}

}  // namespace

bool folio_alloc_swap(folio* page) {
  if (!MayBeUsed()) return false;
  spin_lock(&device().cluster_lock);
  const unsigned long slot = FindSlot(device().swap_map.read());
  if (slot != 0) {
    device().swap_map.write()[slot] = 1;
    device().swap_cache.write()[slot] = page;
    SetSwapCache(page, slot);
  }
  spin_unlock(&device().cluster_lock);
  return slot != 0;
}

bool swap_cache_del(folio* page) {
  spin_lock(&device().cluster_lock);
  const unsigned long slot = page->swap;
  const bool unused = slot != 0 && device().swap_map.read()[slot] == 1;
  if (unused) {
    device().swap_cache.write()[slot] = nullptr;
    device().swap_map.write()[slot] = 0;
    SetSwapCache(page, 0);
  }
  spin_unlock(&device().cluster_lock);
  return unused;
}

folio* swap_cache_get_folio(unsigned long slot) {
  rcu_read_lock();
  folio* const page = device().swap_cache.read()[slot];
  rcu_read_unlock();
  return page;
}

void swap_duplicate(unsigned long slot) {
  spin_lock(&device().cluster_lock);
  device().swap_map.write()[slot] += 1;
  spin_unlock(&device().cluster_lock);
}

void swap_free(unsigned long slot) {
  spin_lock(&device().cluster_lock);
  if (device().swap_map.read()[slot] == 0) Corruption("a swap slot was freed twice");
  device().swap_map.write()[slot] -= 1;
  spin_unlock(&device().cluster_lock);
}

void add_to_mmlist(mm_struct* mm) {
  if (mm->mmlist.once()) return;
  spin_lock(&globals().mmlist_lock);
  if (!mm->mmlist) {
    mm->mmlist = true;
    globals().mmlist.push_back(mm);
  }
  spin_unlock(&globals().mmlist_lock);
}

vm_fault_t do_swap_page(vm_fault* vmf) {
  if (vmf->orig_pte.kind == pt_entry::Kind::kMigration) return migration_entry_wait(vmf);
  const unsigned long slot = vmf->orig_pte.swap;
  folio* page = swap_cache_get_folio(slot);
  if (page == nullptr) page = read_swap_cache_async(slot);
  if (page == nullptr) return 0;  // Somebody else has brought it back: fault again.
  if (!folio_lock_or_retry(vmf, page)) return VM_FAULT_RETRY;
  if (page->swap == slot) {
    const LockedPte locked = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address);
    if (locked.pte != nullptr) {
      if (ptep_get(locked.pte) == vmf->orig_pte) MapSwappedIn(locked, vmf->vma, page, false);
      pte_unmap_unlock(locked);
    }
    swap_cache_del(page);
  }
  folio_unlock(page);
  auto& readahead = vmf->vma->swap_readahead_info;
  readahead.set_atomic(readahead / 2 + static_cast<long>(slot));  // swap_update_readahead
  return 0;
}

void swapoff() {
  spin_lock(&globals().swap_lock);
  spin_lock(&device().lock);
  device().writeok = false;
  spin_unlock(&device().lock);
  spin_unlock(&globals().swap_lock);
  while (mm_struct* const mm = TakeFromMmlist()) unuse_mm(mm);
}

}  // namespace mm_model
