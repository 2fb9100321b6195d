// userfaultfd.  Follows linux 7.0 mm/userfaultfd.c: userfaultfd_register_range,
// mfill_atomic, move_pages, uffd_lock_vma, uffd_move_lock.  No events, no shared
// memory.

#include <utility>

#include "mm_model/folio.h"
#include "mm_model/mm_locks.h"
#include "mm_model/services.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

// Read-locks the VMA, which has an anon_vma then; null: there is none.
vm_area_struct* uffd_lock_vma(mm_struct* mm, unsigned long address) {
  if (vm_area_struct* const vma = lock_vma_under_rcu(mm, address)) {
    if (vma->anon_vma) return vma;
    vma_end_read(vma);
  }
  mmap_read_lock(mm);
  vm_area_struct* const vma = vma_lookup(mm, address);
  if (vma != nullptr) {
    if (!vma->anon_vma) __anon_vma_prepare(vma);
    vma_start_read_locked(vma);
  }
  mmap_read_unlock(mm);
  return vma;
}

struct LockedPair {
  vm_area_struct* dst;
  vm_area_struct* src;
};

// Both by trying; else none is kept, and both are locked under the mmap lock.
bool uffd_move_lock(mm_struct* mm, unsigned long dst, unsigned long src, LockedPair* locked) {
  locked->dst = uffd_lock_vma(mm, dst);
  if (locked->dst == nullptr) return false;
  if (src >= locked->dst->vm_start && src < locked->dst->vm_end) {
    locked->src = locked->dst;
    return true;
  }
  locked->src = lock_vma_under_rcu(mm, src);
  if (locked->src != nullptr) return true;
  vma_end_read(locked->dst);
  mmap_read_lock(mm);
  *locked = {vma_lookup(mm, dst), vma_lookup(mm, src)};
  const bool found = locked->dst != nullptr && locked->src != nullptr && locked->dst->anon_vma;
  if (found) {
    vma_start_read_locked(locked->dst);
    if (locked->src != locked->dst) {
      vma_start_read_locked_nested(locked->src, SINGLE_DEPTH_NESTING);
    }
  }
  mmap_read_unlock(mm);
  return found;
}

void uffd_move_unlock(const LockedPair& locked) {
  if (locked.src != locked.dst) vma_end_read(locked.src);
  vma_end_read(locked.dst);
}

bool mfill_atomic_pte(vm_area_struct* vma, unsigned long address) {
  mm_struct* const mm = vma->vm_mm;
  pt_slot* const pmd = pmd_alloc(mm, address);
  pte_alloc(mm, pmd, address);
  folio* const page = vma_alloc_folio(vma, address);
  const LockedPte locked = pte_offset_map_lock(mm, pmd, address);
  if (locked.pte == nullptr) return false;
  const bool empty = ptep_get(locked.pte).none();
  if (empty) {
    page->mapcount.add(1);
    mm->rss_stat.add(1);
    page->visible = true;
    set_pte(locked.pte, mk_pte(page, (vma->vm_flags & VM_WRITE) != 0));
  }
  pte_unmap_unlock(locked);
  return empty;
}

// The folio at the source, locked if that is possible at once.
folio* TryLockSource(mm_struct* mm, unsigned long src) {
  pt_slot* const pmd = pmd_off(mm, src);
  if (pmd == nullptr) return nullptr;
  const LockedPte locked = pte_offset_map_lock(mm, pmd, src);
  if (locked.pte == nullptr) return nullptr;
  const pt_entry entry = ptep_get(locked.pte);
  const bool got = entry.present() && entry.page->pincount.read() == 0 && folio_trylock(entry.page);
  pte_unmap_unlock(locked);
  return got ? entry.page : nullptr;
}

struct TablePair {
  LockedPte dst;
  LockedPte src;
  bool both() const { return dst.pte != nullptr && src.pte != nullptr; }
};

// Two tables are locked by address; one of two places in one table, once.
TablePair double_pt_lock(mm_struct* mm, unsigned long dst, unsigned long src) {
  pt_slot* const dst_pmd = pmd_off(mm, dst);
  pt_slot* const src_pmd = pmd_off(mm, src);
  TablePair pair;
  if (dst_pmd == src_pmd) {
    pair.dst = pte_offset_map_lock(mm, dst_pmd, dst);
    if (pair.dst.pte != nullptr) pair.src = {pair.dst.pte->in->slot_of(src), nullptr};
    return pair;
  }
  const bool dst_first = dst < src;
  LockedPte& first = dst_first ? pair.dst : pair.src;
  LockedPte& second = dst_first ? pair.src : pair.dst;
  first = pte_offset_map_lock(mm, dst_first ? dst_pmd : src_pmd, dst_first ? dst : src);
  second = pte_offset_map_lock(mm, dst_first ? src_pmd : dst_pmd, dst_first ? src : dst,
                               SINGLE_DEPTH_NESTING);
  return pair;
}

void double_pt_unlock(const TablePair& pair) {
  if (pair.src.ptl != nullptr) pte_unmap_unlock(pair.src);
  if (pair.dst.ptl != nullptr) pte_unmap_unlock(pair.dst);
}

// REQUIRES: the folio locked, which is what keeps walks of its rmap away.
bool move_present_pte(const LockedPair& vmas, unsigned long dst, unsigned long src, folio* page) {
  mm_struct* const mm = vmas.dst->vm_mm;
  pte_alloc(mm, pmd_alloc(mm, dst), dst);
  const TablePair tables = double_pt_lock(mm, dst, src);
  const bool moves =
      tables.both() && ptep_get(tables.src.pte).page == page && ptep_get(tables.dst.pte).none();
  if (moves) {
    const pt_entry entry = ptep_get_and_clear(tables.src.pte);
    flush_tlb_range(mm, src, src + PAGE_SIZE);
    page->anon_mapping = vmas.dst->anon_vma;
    page->index = linear_page_index(vmas.dst, dst);
    set_pte(tables.dst.pte, entry);
  }
  double_pt_unlock(tables);
  return moves;
}

}  // namespace

bool userfaultfd_register(mm_struct* mm, unsigned long start, userfaultfd_ctx* ctx) {
  mmap_write_lock(mm);
  vm_area_struct* const vma = vma_lookup(mm, start);
  if (vma != nullptr) {
    vma_start_write(vma);
    vm_flags_reset(vma, vma->vm_flags | VM_UFFD_MISSING);
    vma->vm_userfaultfd_ctx = ctx;
  }
  mmap_write_unlock(mm);
  return vma != nullptr;
}

bool mfill_atomic(mm_struct* mm, unsigned long address, userfaultfd_ctx* ctx) {
  vm_area_struct* const vma = uffd_lock_vma(mm, address);
  if (vma == nullptr) return false;
  down_read(&ctx->map_changing_lock);
  const bool filled = ctx->mmap_changing == 0 && mfill_atomic_pte(vma, address);
  up_read(&ctx->map_changing_lock);
  vma_end_read(vma);
  return filled;
}

bool move_pages(mm_struct* mm, unsigned long dst, unsigned long src, userfaultfd_ctx* ctx) {
  LockedPair vmas{};
  if (!uffd_move_lock(mm, dst, src, &vmas)) return false;
  down_read(&ctx->map_changing_lock);
  folio* const page = ctx->mmap_changing != 0 ? nullptr : TryLockSource(mm, src);
  const bool moved = page != nullptr && move_present_pte(vmas, dst, src, page);
  if (page != nullptr) folio_unlock(page);
  up_read(&ctx->map_changing_lock);
  uffd_move_unlock(vmas);
  return moved;
}

}  // namespace mm_model
