#include "mm_model/tlb.h"

#include <algorithm>

#include "mm_model/mutation.h"
#include "mm_model/pgtable.h"
#include "mm_model/rules/page_table_rules.h"
#include "mm_model/rules/page_table_terms.h"
#include "mm_model/rules/rule_terms.h"

namespace mm_model {
namespace {

struct IrqGrace {
  TaskSet waits_for;

  static bool Over(const void* grace, const Task& task) {
    return (static_cast<const IrqGrace*>(grace)->waits_for & task.machine().irqs_off()) == 0;
  }
};

bool AllowsLess(const pt_entry& was, const pt_entry& next) {
  return (was.write && !next.write) || (was.dirty && !next.dirty) ||
         (!was.protnone && next.protnone);
}

bool IsMine(const StaleRange& stale) { return stale.by == &current(); }
bool IsDueWith(const StaleRange& stale, const page_table& table) {
  return IsMine(stale) && stale.at_once && stale.table == &table;
}

bool IsWithin(const StaleRange& stale, unsigned long start, unsigned long end) {
  return IsMine(stale) && stale.start >= start && stale.end <= end;
}

// A flush that nothing needs is no mistake if it is left out.
bool IsNeeded(const mm_struct& mm, unsigned long start, unsigned long end) {
  return std::any_of(mm.stale.begin(), mm.stale.end(), [&](const StaleRange& stale) {
    return !stale.flushed && IsWithin(stale, start, end);
  });
}

// Flushes can be swapped with each other, but not with what fills or uses the cache.
void TouchParts(const Tlb& tlb, unsigned long start, unsigned long end) {
  const unsigned long first = start / PMD_SIZE;
  const unsigned long last = std::min((end - 1) / PMD_SIZE, first + Tlb::kParts - 1);
  for (unsigned long part = first; part <= last; ++part) {
    AlsoTouches(tlb.PartOf(part * PMD_SIZE), AccessMode::kShared);
  }
}

const TlbEntry* Find(const Tlb& tlb, unsigned long address, bool write) {
  for (const TlbEntry& entry : tlb.entries) {
    if (entry.address == address && (entry.write || !write)) return &entry;
  }
  return nullptr;
}

void Fill(Tlb* tlb, unsigned long address, const pt_entry& entry) {
  std::erase_if(tlb->entries, [&](const TlbEntry& old) { return old.address == address; });
  tlb->entries.push_back({address, entry.page, entry.write && entry.dirty});
}

void Use(const folio& page) {
  AlsoTouches(&page.mapcount, AccessMode::kShared);
  if (page.freed) Corruption("a page was used through the TLB after it was freed");
}

}  // namespace

void flush_tlb_range(mm_struct* mm, unsigned long start, unsigned long end) {
  if (IsNeeded(*mm, start, end) && FlushIsLeftOut()) return;
  SchedulingPoint({StepKind::kAtomic, "TLB flush", &mm->tlb, AccessMode::kShared});
  for (TaskId processor = 0; processor < machine().processors(); ++processor) {
    Tlb& tlb = mm->tlb[processor];
    TouchParts(tlb, start, end);
    std::erase_if(tlb.entries, [&](const TlbEntry& entry) {
      return entry.address >= start && entry.address < end;
    });
  }
  for (StaleRange& stale : mm->stale) stale.flushed |= IsWithin(stale, start, end);
}

void flush_tlb_mm(mm_struct* mm) { flush_tlb_range(mm, 0, TASK_SIZE); }

void tlb_remove_table_sync_one() {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  const void* const object = machine().irqs_off_object();
  SchedulingPoint({StepKind::kAtomic, "tlb_remove_table_sync_one", object});
  const IrqGrace grace{machine().irqs_off() & ~SetOf(current().id())};
  if (grace.waits_for == 0) return;
  WaitUntil({StepKind::kWait, "tlb_remove_table_sync_one", object},
            {&IrqGrace::Over, &grace, nullptr, &site});
}

// A walk that is under way when its processor flushes is made again, so a walk, what it
// marks and what it caches are one step.  A flush can only make an access fault that did not.
bool user_access(mm_struct* mm, unsigned long address, bool write) {
  Tlb& tlb = mm->tlb[current().id()];
  SchedulingPoint({StepKind::kRead, "user access", &mm->tlb, AccessMode::kShared});
  address &= ~(PAGE_SIZE - 1);
  if (const TlbEntry* const cached = Find(tlb, address, write)) {
    AlsoTouches(tlb.PartOf(address), AccessMode::kExclusive);
    Use(*cached->page);
    return true;
  }
  pt_slot* const slot = HardwareWalk(mm, address);
  const pt_entry& entry = slot->entry;
  if (!entry.present() || entry.protnone || (write && !entry.write)) return false;
  HardwareMark(slot, write);
  AlsoTouches(tlb.PartOf(address), AccessMode::kExclusive);
  Fill(&tlb, address, entry);
  return true;
}

void NoteStale(const pt_slot& slot, const pt_entry& next) {
  static constexpr RequirementText kUnderRmapLock("rmap:read");
  const pt_entry& was = slot.entry;
  mm_struct* const mm = slot.in->mm;
  const bool gone = was.table != next.table || was.page != next.page || !next.present();
  const bool was_used = was.present() || was.kind == pt_entry::Kind::kTable;
  if (!was_used || (!gone && !AllowsLess(was, next))) return;
  const AddressSpan span = SpanOf(slot);
  const bool at_once = gone || Holds(*mm, kUnderRmapLock.parsed, AccessKind::kPlain);
  mm->stale.push_back({span.start, span.end, slot.in, &current(), at_once});
}

void CheckFlushed(const page_table& table, const lockdep::CallSite& site) {
  auto& stale = table.mm->stale;
  const auto due = [&](const StaleRange& each) { return IsDueWith(each, table); };
  if (std::none_of(stale.begin(), stale.end(), due)) return;
  CheckPt(PtRuleId::kFlush, table.slots[0], site);
  std::erase_if(stale, due);
}

void CheckFlushed(mm_struct* mm, const lockdep::CallSite& site) {
  if (std::none_of(mm->stale.begin(), mm->stale.end(), &IsMine)) return;
  CheckPt(PtRuleId::kFlushLess, *mm, site);
  std::erase_if(mm->stale, &IsMine);
}

bool IsFlushed(const page_table& table) {
  return std::none_of(table.mm->stale.begin(), table.mm->stale.end(), [&](const StaleRange& each) {
    return !each.flushed && IsDueWith(each, table);
  });
}

bool IsFlushed(const mm_struct& mm) {
  return std::none_of(mm.stale.begin(), mm.stale.end(),
                      [](const StaleRange& each) { return !each.flushed && IsMine(each); });
}

}  // namespace mm_model
