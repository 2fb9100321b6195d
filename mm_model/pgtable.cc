// Follows linux 7.0 mm/memory.c (__pud_alloc and its like, free_pgd_range) and
// mm/pgtable-generic.c (pte_offset_map_lock).

#include "mm_model/pgtable.h"

#include <algorithm>
#include <utility>

#include "mm_model/mm_locks.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/tlb.h"

namespace mm_model {
namespace {

Field FieldOf(const page_table& table) {
  switch (table.level) {
    case Level::kPte:
      return Field::kPte;
    case Level::kPmd:
      return Field::kPmd;
    default:
      return Field::kUpperEntry;
  }
}

void CheckNotFreed(const pt_slot* slot) {
  if (slot->in->freed) Corruption("a page table was used after it was freed");
}

// States that the rules are there to prevent.
void CheckMakesSense(const pt_slot& slot, const pt_entry& next) {
  if (next.kind == pt_entry::Kind::kTable && next.table == nullptr) {
    Corruption("a page table was installed that nobody had allocated");
  }
  AlsoTouches(&slot.in->detached, AccessMode::kShared);
  if (slot.in->detached && !next.none()) {
    Corruption("an entry went into a page table that was no longer there");
  }
  if (next.table == nullptr) return;
  AlsoTouches(&next.table->detached, AccessMode::kShared);
  if (next.table->detached) {
    Corruption("a page table was put in place that somebody else had taken out");
  }
}

void CountMigrationEntries(const pt_entry& was, const pt_entry& next) {
  if (was.kind == pt_entry::Kind::kMigration) was.page->migration_entries.dec();
  if (next.kind == pt_entry::Kind::kMigration) next.page->migration_entries.inc();
}

// What a processor wrote to the page is known by this bit alone.
void CheckKeepsDirty(const pt_entry& was, const pt_entry& next) {
  if (!was.present() || was.page != next.page || !was.dirty || next.dirty) return;
  if (!was.page->dirty)
    Corruption("what a processor wrote is lost: its entry says that it is clean");
}

struct PtChange {
  AccessKind kind;  // kAtomic: the old entry and the new one are exchanged.
  lockdep::CallSite site;
};

template <typename NextOf>
pt_entry Change(pt_slot* slot, const PtChange& change, const NextOf& next_of) {
  const lockdep::CallSite& site = change.site;
  WillWrite(*slot, {FieldOf(*slot->in), AccessKind::kPlain, slot, site});
  CheckNotFreed(slot);
  const pt_entry next = next_of(slot->entry);
  CheckPtChange(*slot, next, change.kind, site);
  if (change.kind == AccessKind::kPlain) CheckKeepsDirty(slot->entry, next);
  CheckMakesSense(*slot, next);
  NoteStale(*slot, next);
  CountMigrationEntries(slot->entry, next);
  return std::exchange(slot->entry, next);
}

// The table below an entry was allocated for this address.
unsigned long StartOf(const page_table& above, unsigned long address) {
  return address / above.entry_size() * above.entry_size();
}

page_table* NewTableBelow(const page_table& above, unsigned long address) {
  const auto level = static_cast<Level>(static_cast<int>(above.level) - 1);
  return machine().New<page_table>(above.mm, level, StartOf(above, address));
}

pt_entry TableEntry(page_table* table) { return {.kind = pt_entry::Kind::kTable, .table = table}; }

// Optimistic: look, and only if there is nothing lock and look again.
pt_slot* AllocateBelow(mm_struct* mm, pt_slot* slot, unsigned long address) {
  if (ptep_get(slot).none()) {
    page_table* const table = NewTableBelow(*slot->in, address);
    spin_lock(&mm->page_table_lock);
    if (ptep_get(slot).none()) {
      mm->pgtables_bytes.add(kPageTableBytes);
      set_pte(slot, TableEntry(table));
    }
    spin_unlock(&mm->page_table_lock);
  }
  return ptep_get(slot).table->slot_of(address);
}

pt_slot* __p4d_alloc(mm_struct* mm, pt_slot* pgd, unsigned long address) {
  return AllocateBelow(mm, pgd, address);
}

pt_slot* __pud_alloc(mm_struct* mm, pt_slot* p4d, unsigned long address) {
  return AllocateBelow(mm, p4d, address);
}

pt_slot* __pmd_alloc(mm_struct* mm, pt_slot* pud, unsigned long address) {
  return AllocateBelow(mm, pud, address);
}

void Poison(void* object) {
  auto* const table = static_cast<page_table*>(object);
  table->freed = true;
  for (pt_slot& slot : table->slots) {
    slot.entry = {.kind = pt_entry::Kind::kPoison};
    AlsoTouches(&slot, AccessMode::kExclusive);
  }
}

void CheckNothingIsLost(const page_table& table) {
  for (const pt_slot& slot : table.slots) {
    AlsoTouches(&slot, AccessMode::kShared);
    const bool maps = slot.entry.page != nullptr || slot.entry.kind == pt_entry::Kind::kSwap;
    if (maps) Corruption("a page table was freed with an entry in it: its page is leaked");
  }
}

// pgd_clear, p4d_clear, pud_clear or pmd_clear: without any page table lock, so
// that nobody may be able to come here.
void FreeBelow(pt_slot* slot, const lockdep::CallSite& site) {
  page_table* const table = slot->entry.table;
  SchedulingPoint({StepKind::kWrite, RuleOf(FieldOf(*slot->in)).name, slot});
  CheckPt(PtRuleId::kFree, *slot, site);
  CheckNothingIsLost(*table);
  slot->entry = {};
  table->detached = true;
  table->mm->pgtables_bytes.add(-kPageTableBytes);
  pte_free_defer(table);
}

bool IsEmpty(const page_table& table) {
  return std::all_of(table.slots.begin(), table.slots.end(),
                     [](const pt_slot& slot) { return ptep_get(&slot).none(); });
}

struct FreeLimits {
  unsigned long floor;
  unsigned long ceiling;
  lockdep::CallSite site;
};

void FreeRange(page_table* table, unsigned long address, unsigned long end,
               const FreeLimits& limits) {
  const unsigned long size = table->entry_size();
  for (unsigned long at = StartOf(*table, address); at < end; at += size) {
    pt_slot* const slot = table->slot_of(at);
    const page_table* const below = ptep_get(slot).table;
    if (below == nullptr) continue;
    if (below->level != Level::kPte) {
      FreeRange(ptep_get(slot).table, at > address ? at : address,
                end < at + size ? end : at + size, limits);
    }
    if (at >= limits.floor && at + size <= limits.ceiling) FreeBelow(slot, limits.site);
  }
}

}  // namespace

pt_entry ptep_get(const pt_slot* slot) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  WillRead(*slot, {FieldOf(*slot->in), AccessKind::kOnce, slot, site});
  CheckPt(slot->in->level == Level::kPte ? PtRuleId::kWalkPte : PtRuleId::kWalk, *slot, site);
  CheckNotFreed(slot);
  return slot->entry;
}

void set_pte(pt_slot* slot, const pt_entry& entry) {
  Change(slot, {AccessKind::kPlain, LOCKDEP_CALL_SITE()}, [&](const pt_entry&) { return entry; });
}

pt_entry ptep_exchange(pt_slot* slot, const pt_entry& entry) {
  return Change(slot, {AccessKind::kAtomic, LOCKDEP_CALL_SITE()},
                [&](const pt_entry&) { return entry; });
}

pt_entry ptep_get_and_clear(pt_slot* slot) {
  return Change(slot, {AccessKind::kAtomic, LOCKDEP_CALL_SITE()},
                [](const pt_entry&) { return pt_entry(); });
}

pt_entry ptep_modify(pt_slot* slot, pt_entry (*changed)(pt_entry was)) {
  return Change(slot, {AccessKind::kAtomic, LOCKDEP_CALL_SITE()}, changed);
}

pt_entry pte_wrprotect(pt_entry entry) {
  entry.write = false;
  return entry;
}

pt_entry pte_mkold(pt_entry entry) {
  entry.young = false;
  return entry;
}

pt_entry ptep_get_lockless(const pt_slot* pmd, unsigned long address) {
  rcu_read_lock();
  page_table* const table = ptep_get(pmd).table;
  const pt_entry entry = table == nullptr ? pt_entry() : ptep_get(table->slot_of(address));
  rcu_read_unlock();
  return entry;
}

pt_entry mk_pte(folio* page, bool write) {
  return {.kind = pt_entry::Kind::kPresent, .write = write, .young = true, .page = page};
}

pt_slot* pmd_alloc(mm_struct* mm, unsigned long address) {
  pt_slot* const pgd = mm->pgd.slot_of(address);
  pt_slot* const p4d = __p4d_alloc(mm, pgd, address);
  pt_slot* const pud = __pud_alloc(mm, p4d, address);
  return __pmd_alloc(mm, pud, address);
}

page_table* pte_alloc_one(const pt_slot& pmd, unsigned long address) {
  return NewTableBelow(*pmd.in, address);
}

void pmd_install(mm_struct* mm, pt_slot* pmd, page_table* table) {
  spinlock* const ptl = pmd_lock(mm, pmd);
  if (ptep_get(pmd).none()) {
    mm->pgtables_bytes.add(kPageTableBytes);
    set_pte(pmd, TableEntry(table));
  }
  spin_unlock(ptl);
}

void pte_alloc(mm_struct* mm, pt_slot* pmd, unsigned long address) {
  if (ptep_get(pmd).none()) pmd_install(mm, pmd, pte_alloc_one(*pmd, address));
}

pt_slot* pmd_off(mm_struct* mm, unsigned long address) {
  page_table* table = &mm->pgd;
  while (table->level != Level::kPmd) {
    table = ptep_get(table->slot_of(address)).table;
    if (table == nullptr) return nullptr;
  }
  return table->slot_of(address);
}

void take_out_pte_table(vm_area_struct* vma, pt_slot* pmd, TakeOut how) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  mm_struct* const mm = vma->vm_mm;
  spinlock* const pml = pmd_lock(mm, pmd);
  rcu_read_lock();
  page_table* const table = ptep_get(pmd).table;
  bool taken_out = false;
  if (table != nullptr) {
    spin_lock(&table->lock);
    if (!how.ask || ((!how.unless_anon || !vma->anon_vma.once()) && IsEmpty(*table))) {
      CheckPt(PtRuleId::kRetract, *pmd, site);
      ptep_get_and_clear(pmd);  // pmdp_collapse_flush
      flush_tlb_range(mm, table->start, table->start + PMD_SIZE);
      table->detached = true;
      mm->pgtables_bytes.add(-kPageTableBytes);
      taken_out = true;
    }
    spin_unlock(&table->lock);
  }
  rcu_read_unlock();
  pmd_unlock(pml, pmd);
  if (taken_out) pte_free_defer(table);
}

void pte_free_defer(page_table* table) { machine().CallRcu(&Poison, table); }

void free_pgd_range(mm_struct* mm, unsigned long address, unsigned long end, unsigned long floor,
                    unsigned long ceiling) {
  FreeRange(&mm->pgd, address, end, {floor, ceiling, LOCKDEP_CALL_SITE()});
}

spinlock* pmd_lock(mm_struct* /*mm*/, pt_slot* pmd) {
  spinlock* const ptl = &pmd->in->lock;
  ptl->Lock({.site = LOCKDEP_CALL_SITE()});
  return ptl;
}

void pmd_unlock(spinlock* ptl, const pt_slot* pmd) {
  const LockRequest request{.site = LOCKDEP_CALL_SITE()};
  CheckFlushed(*pmd->in, request.site);
  ptl->Unlock(request);
}

LockedPte pte_offset_map_lock(mm_struct* /*mm*/, pt_slot* pmd, unsigned long address,
                              uint8_t subclass) {
  const LockRequest request{.site = LOCKDEP_CALL_SITE(), .subclass = subclass};
  while (true) {
    rcu_read_lock();
    page_table* const table = ptep_get(pmd).table;
    if (table == nullptr) {
      rcu_read_unlock();
      return {};
    }
    spinlock* const ptl = &table->lock;
    ptl->Lock(request);
    if (ptep_get(pmd).table == table) {
      table->revalidated_by = &current();
      return {table->slot_of(address), ptl};
    }
    ptl->Unlock(request);
    rcu_read_unlock();
  }
}

void pte_unmap_unlock(const LockedPte& locked) {
  const LockRequest request{.site = LOCKDEP_CALL_SITE()};
  CheckFlushed(*locked.pte->in, request.site);
  locked.pte->in->revalidated_by = nullptr;
  locked.ptl->Unlock(request);
  rcu_read_unlock();
}

pt_slot* HardwareWalk(mm_struct* mm, unsigned long address) {
  page_table* table = &mm->pgd;
  while (true) {
    pt_slot* const slot = table->slot_of(address);
    AlsoTouches(slot, AccessMode::kShared);
    if (slot->entry.kind != pt_entry::Kind::kTable) return slot;
    table = slot->entry.table;
  }
}

void HardwareMark(pt_slot* slot, bool write) {
  pt_entry& entry = slot->entry;
  if (entry.young && (entry.dirty || !write)) return;
  AlsoTouches(slot, AccessMode::kExclusive);
  entry.young = true;
  entry.dirty |= write;
}

page_table* PeekPteTable(const mm_struct& mm, unsigned long address) {
  auto* table = const_cast<page_table*>(&mm.pgd);
  while (table != nullptr && table->level != Level::kPte) {
    table = table->slot_of(address)->entry.table;
  }
  return table;
}

pt_entry PeekPte(const mm_struct& mm, unsigned long address) {
  page_table* const table = PeekPteTable(mm, address);
  return table == nullptr ? pt_entry() : table->slot_of(address)->entry;
}

}  // namespace mm_model
