// Page tables: walking, allocating, locking and changing them.
//
// An entry is read and written through the functions here alone: reads and
// writes are scheduling points, writes are checked against the rule of their
// level, and reading a table that was freed is a corruption.
//
// Locks: pgd, p4d and pud entries change under mm->page_table_lock, a pmd entry
// under the lock of its table, a pte under the lock of its table, which is taken
// with pte_offset_map_lock.

#ifndef MM_MODEL_PGTABLE_H_
#define MM_MODEL_PGTABLE_H_

#include "mm_model/mm_types.h"

namespace mm_model {

// ---- Entries ----

// Reads an entry once, with or without its lock.
[[gnu::noinline]] pt_entry ptep_get(const pt_slot* slot);
// Write an entry.  REQUIRES, as a rule: the lock of its level, or, above the
// PTE level, that nobody can reach it.
// Processors set accessed and dirty bits whatever locks others hold: an entry that they
// may use is changed at once, by the functions that return what it was, or so that it
// allows more (rule PT-ATOMIC).
[[gnu::noinline]] void set_pte(pt_slot* slot, const pt_entry& entry);
[[gnu::noinline]] pt_entry ptep_get_and_clear(pt_slot* slot);
[[gnu::noinline]] pt_entry ptep_exchange(pt_slot* slot, const pt_entry& entry);
// ptep_set_wrprotect, ptep_test_and_clear_young and their like, and what lies between
// ptep_modify_prot_start and _commit.
[[gnu::noinline]] pt_entry ptep_modify(pt_slot* slot, pt_entry (*changed)(pt_entry was));
// Changes of that kind.
pt_entry pte_wrprotect(pt_entry entry);
pt_entry pte_mkold(pt_entry entry);

// Reads the pte of the address under RCU alone (pte_offset_map, ptep_get_lockless); none
// if there is no table.  Who acts on it asks again under the lock.
pt_entry ptep_get_lockless(const pt_slot* pmd, unsigned long address);

pt_entry mk_pte(folio* page, bool write);

// ---- Tables ----

// Returns the slot of the pmd entry for the address, making the tables above it;
// that needs the VMA kept stable by its mmap or VMA lock.
pt_slot* pmd_alloc(mm_struct* mm, unsigned long address);
// A pte table for the address, and its installation, unless there is one already.
page_table* pte_alloc_one(const pt_slot& pmd, unsigned long address);
void pmd_install(mm_struct* mm, pt_slot* pmd, page_table* table);
// Makes the pte table below the pmd entry, if there is none.
void pte_alloc(mm_struct* mm, pt_slot* pmd, unsigned long address);
// Returns the slot of the pmd entry, or null where a table above it is missing.
pt_slot* pmd_off(mm_struct* mm, unsigned long address);

// Frees the tables that cover nothing outside [floor, ceiling), entries and
// all.  REQUIRES, as a rule: nobody can reach the range.
void free_pgd_range(mm_struct* mm, unsigned long address, unsigned long end, unsigned long floor,
                    unsigned long ceiling);

// What a table counts in mm->pgtables_bytes.
inline constexpr long kPageTableBytes = static_cast<long>(PAGE_SIZE);
// Takes the pte table out if it has nothing in it and, where that is asked, the VMA has no
// anon_vma: all asked again under the pmd and the pte lock, unless `ask` is false, which
// is to study what comes of it.  REQUIRES, as a rule: the VMA is stable.
struct TakeOut {
  bool unless_anon = false;
  bool ask = true;
};
[[gnu::noinline]] void take_out_pte_table(vm_area_struct* vma, pt_slot* pmd, TakeOut how);

// Frees a table that no entry points to any more, after a grace period.
void pte_free_defer(page_table* table);

// ---- Locks ----

MM_LOCK_FUNCTION spinlock* pmd_lock(mm_struct* mm, pt_slot* pmd);
// REQUIRES, as a rule: what was changed is flushed (tlb.h).
MM_LOCK_FUNCTION void pmd_unlock(spinlock* ptl, const pt_slot* pmd);

// A pte slot whose table is locked and under RCU, or null: no table was there.
struct LockedPte {
  pt_slot* pte = nullptr;
  spinlock* ptl = nullptr;
};

// Locks the table that the pmd entry points to, and makes sure that it still
// points there.  `subclass`: this is the second table of its level.
MM_LOCK_FUNCTION LockedPte pte_offset_map_lock(mm_struct* mm, pt_slot* pmd, unsigned long address,
                                               uint8_t subclass = 0);
MM_LOCK_FUNCTION void pte_unmap_unlock(const LockedPte& locked);

// Where the processor's walk for the address ends, which asks for no lock; part of the
// step that runs.
pt_slot* HardwareWalk(mm_struct* mm, unsigned long address);
// It marks the entry that it uses so; part of that step too.
void HardwareMark(pt_slot* slot, bool write);

// ---- For rules and tests ----

// The pte entry of the address as it is; none if a table is missing.
pt_entry PeekPte(const mm_struct& mm, unsigned long address);
// The pte table of the address, or null.
page_table* PeekPteTable(const mm_struct& mm, unsigned long address);

}  // namespace mm_model

#endif  // MM_MODEL_PGTABLE_H_
