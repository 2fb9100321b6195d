#include "mm_model/tlb.h"

#include <algorithm>

namespace mm_model {
namespace {

struct IrqGrace {
  TaskSet waits_for;

  static bool Over(const void* grace, const Task& task) {
    return (static_cast<const IrqGrace*>(grace)->waits_for & task.machine().irqs_off()) == 0;
  }
};

}  // namespace

void flush_tlb_range(mm_struct* mm, unsigned long start, unsigned long end) {
  SchedulingPoint({StepKind::kAtomic, "TLB flush", &mm->tlb, AccessMode::kShared});
  for (Tlb& tlb : mm->tlb) {
    const size_t flushed = std::erase_if(tlb.entries, [&](const TlbEntry& entry) {
      return entry.address >= start && entry.address < end;
    });
    if (flushed != 0) AlsoTouches(&mm->tlb, AccessMode::kExclusive);
  }
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

bool AccessThroughTlb(mm_struct* mm, unsigned long address, bool write) {
  const Tlb& tlb = mm->tlb[current().id()];
  AlsoTouches(&mm->tlb, AccessMode::kShared);
  const unsigned long page_start = address & ~(PAGE_SIZE - 1);
  for (const TlbEntry& entry : tlb.entries) {
    if (entry.address != page_start || (write && !entry.write)) continue;
    AlsoTouches(&entry.page->mapcount, AccessMode::kShared);
    if (entry.page->freed) Corruption("a page was used through the TLB after it was freed");
    return true;
  }
  return false;
}

void FillTlb(mm_struct* mm, unsigned long address, const pt_entry& entry) {
  Tlb& tlb = mm->tlb[current().id()];
  AlsoTouches(&mm->tlb, AccessMode::kExclusive);
  const unsigned long page_start = address & ~(PAGE_SIZE - 1);
  std::erase_if(tlb.entries, [&](const TlbEntry& old) { return old.address == page_start; });
  tlb.entries.push_back({page_start, entry.page, entry.write});
}

}  // namespace mm_model
