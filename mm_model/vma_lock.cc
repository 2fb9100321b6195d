// Follows linux 7.0 include/linux/mmap_lock.h and mm/mmap_lock.c.

#include "mm_model/vma_lock.h"

#include "mm_model/mm_locks.h"
#include "mm_model/state_rules.h"

namespace mm_model {
namespace {

using lockdep::HeldMode;
using lockdep::ReadMode;

constexpr uint32_t kExcludeReaders = 1u << 30;
constexpr uint32_t kReferenceLimit = kExcludeReaders - 1;

void Atomic(const char* what, const vm_area_struct* vma) {
  SchedulingPoint({StepKind::kAtomic, what, vma});
}

bool SequencesAreEqual(const mm_struct& mm, const vm_area_struct& vma) {
  Atomic("vma->vm_lock_seq", &vma);
  return vma.vm_lock_seq == mm.mm_lock_seq;
}

void vma_refcount_put(vm_area_struct* vma, const lockdep::CallSite& site) {
  Atomic("vma->vm_refcnt", vma);
  TellRelease(vma->read_lock_map, site);
  --vma->vm_refcnt;
}

// Waits until nobody but the VMA itself is counted.
bool OnlyAttached(const void* vma, const Task& /*task*/) {
  return static_cast<const vm_area_struct*>(vma)->vm_refcnt == (kExcludeReaders | 1);
}

bool NobodyLeft(const void* vma, const Task& /*task*/) {
  return static_cast<const vm_area_struct*>(vma)->vm_refcnt == kExcludeReaders;
}

void __vma_start_exclude_readers(vm_area_struct* vma,
                                 bool (*readers_left)(const void*, const Task&)) {
  Atomic("vma->vm_refcnt", vma);
  vma->vm_refcnt += kExcludeReaders;
  if (!readers_left(vma, current())) {
    WaitUntil({StepKind::kWait, "vma_start_write", vma}, {readers_left, vma});
  }
}

void __vma_end_exclude_readers(vm_area_struct* vma) {
  Atomic("vma->vm_refcnt", vma);
  vma->vm_refcnt -= kExcludeReaders;
}

bool MmapIsWriteHeld(const mm_struct& mm) {
  return IsHeld(mm.mmap_lock.dep_map(), HeldMode::kWrite);
}

void __vma_start_write(vm_area_struct* vma, const LockRequest& request) {
  mm_struct* const mm = vma->vm_mm.peek();
  TellAcquire(vma->write_lock_map, ReadMode::kWrite, lockdep::TryLock::kNo, request);
  // A VMA that is not attached has no readers to exclude.
  const bool attached = vma->vm_refcnt != 0;
  if (attached) __vma_start_exclude_readers(vma, &OnlyAttached);
  vma->vm_lock_seq = mm->mm_lock_seq;
  if (attached) __vma_end_exclude_readers(vma);
}

}  // namespace

VmaReadLock vma_start_read(mm_struct* mm, vm_area_struct* vma, const lockdep::CallSite& site) {
  // Too pessimistic at times, never too optimistic: asked again below.
  if (SequencesAreEqual(*mm, *vma)) {
    rcu_read_unlock();
    return VmaReadLock::kContended;
  }
  Atomic("vma->vm_refcnt", vma);
  if (vma->vm_refcnt == 0 || vma->vm_refcnt >= kReferenceLimit) {
    const bool detached = vma->vm_refcnt == 0;
    rcu_read_unlock();
    return detached ? VmaReadLock::kDetached : VmaReadLock::kContended;
  }
  ++vma->vm_refcnt;
  TellAcquire(vma->read_lock_map, ReadMode::kRead, lockdep::TryLock::kYes, {.site = site});
  // Type-stable memory: it may be another mm's VMA by now.
  if (vma->vm_mm != mm || SequencesAreEqual(*mm, *vma)) {
    rcu_read_unlock();
    vma_refcount_put(vma, site);
    return VmaReadLock::kContended;
  }
  return VmaReadLock::kLocked;
}

void vma_end_read(vm_area_struct* vma) { vma_refcount_put(vma, LOCKDEP_CALL_SITE()); }

vm_area_struct* lock_vma_under_rcu(mm_struct* mm, unsigned long address) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  VmaLockStatistics& statistics = machine().vma_lock_statistics;
  while (true) {
    rcu_read_lock();
    const auto* node = mm->mm_mt.read().find(address, address);
    if (node == nullptr) {
      rcu_read_unlock();
      ++statistics.abort;
      return nullptr;
    }
    vm_area_struct* const vma = node->item;
    const VmaReadLock result = vma_start_read(mm, vma, site);
    if (result == VmaReadLock::kDetached) {
      ++statistics.miss;
      SchedulingPoint({StepKind::kRetry, "lock_vma_under_rcu", mm});
      continue;
    }
    if (result == VmaReadLock::kContended) {
      ++statistics.abort;
      return nullptr;
    }
    rcu_read_unlock();
    if (address < vma->vm_start || address >= vma->vm_end) {
      vma_refcount_put(vma, site);
      ++statistics.abort;
      return nullptr;
    }
    ++statistics.success;
    return vma;
  }
}

void vma_start_write(vm_area_struct* vma) {
  mm_struct* const mm = vma->vm_mm.peek();
  const lockdep::LockMap& mmap_map = mm->mmap_lock.dep_map();
  LockRequest request{.site = LOCKDEP_CALL_SITE()};
  // The mmap lock serialises the writers of an mm: they lock many VMAs in any order.
  if (IsHeld(mm->mmap_lock.dep_map(), HeldMode::kAny)) request.nest_lock = &mmap_map;
  if (IsHeld(vma->read_lock_map, HeldMode::kAny)) {
    ReportState(StateRuleId::kVmaReadThenVmaWrite, vma->write_lock_map, request.site);
  }
  if (!MmapIsWriteHeld(*mm)) {
    ReportState(StateRuleId::kVmaWriteNeedsMmapWrite, vma->write_lock_map, request.site);
    __vma_start_write(vma, request);
    // No unlock or downgrade will end it.
    return TellRelease(vma->write_lock_map, request.site);
  }
  if (SequencesAreEqual(*mm, *vma)) return;
  __vma_start_write(vma, request);
  vma->next_write_locked = mm->write_locked_vmas;
  mm->write_locked_vmas = vma;
}

void vma_end_write_all(mm_struct* mm, const lockdep::CallSite& site) {
  SchedulingPoint({StepKind::kAtomic, "mm->mm_lock_seq", mm});
  while (mm->write_locked_vmas != nullptr) {
    vm_area_struct* const vma = mm->write_locked_vmas;
    mm->write_locked_vmas = vma->next_write_locked;
    vma->next_write_locked = nullptr;
    TellRelease(vma->write_lock_map, site);
  }
  ++mm->mm_lock_seq;
}

void vma_mark_attached(vm_area_struct* vma) {
  WillWrite(*vma, Field::kVmRefcntAttach, LOCKDEP_CALL_SITE());
  vma->vm_refcnt = 1;
  vma->state = VmaState::kAttached;
}

void vma_mark_detached(vm_area_struct* vma) {
  WillWrite(*vma, Field::kVmRefcntAttach, LOCKDEP_CALL_SITE());
  vma->state = VmaState::kDetached;
  if (--vma->vm_refcnt == 0) return;
  // A reader raised the count before it saw that the VMA is write-locked.
  __vma_start_exclude_readers(vma, &NobodyLeft);
  __vma_end_exclude_readers(vma);
}

void vma_lock_forget(vm_area_struct* vma, const lockdep::CallSite& site) {
  vm_area_struct** link = &vma->vm_mm.peek()->write_locked_vmas;
  while (*link != nullptr && *link != vma) link = &(*link)->next_write_locked;
  if (*link == nullptr) return;
  *link = vma->next_write_locked;
  vma->next_write_locked = nullptr;
  TellRelease(vma->write_lock_map, site);
}

bool vma_is_write_locked(const vm_area_struct& vma) {
  const mm_struct& mm = *vma.vm_mm.peek();
  return mm.mmap_lock.writer() != nullptr && vma.vm_lock_seq == mm.mm_lock_seq;
}

int vma_readers(const vm_area_struct& vma) {
  const uint32_t count = vma.vm_refcnt & ~kExcludeReaders;
  return count == 0 ? 0 : static_cast<int>(count) - 1;
}

}  // namespace mm_model
