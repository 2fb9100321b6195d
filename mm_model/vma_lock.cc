// Follows linux 7.0 include/linux/mmap_lock.h and mm/mmap_lock.c, with what
// linux 6.12 does differently where the semaphore is chosen.

#include "mm_model/vma_lock.h"

#include "mm_model/mm_locks.h"
#include "mm_model/mutation.h"
#include "mm_model/rules/state_rules.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock_protocol.h"

namespace mm_model {
namespace {

using lockdep::HeldMode;
using lockdep::ReadMode;

const VmaLockProtocol& Protocol() {
  return machine().vma_lock_generation == VmaLockGeneration::kRefcount ? kVmaRefcount
                                                                       : kVmaSemaphore;
}

bool SequencesAreEqual(const mm_struct& mm, const vm_area_struct& vma,
                       const lockdep::CallSite& site) {
  SchedulingPoint({StepKind::kAtomic, "vma->vm_lock_seq", &vma.vm_lock_seq, AccessMode::kShared});
  AlsoTouches(&mm.mm_lock_seq, AccessMode::kShared);
  AskRead(vma, {Field::kVmLockSeq, AccessKind::kOnce, &vma.vm_lock_seq, site});
  return vma.vm_lock_seq == mm.mm_lock_seq;
}

void EndRead(vm_area_struct* vma, const lockdep::CallSite& site) {
  if (SkipsUnlock(vma->read_lock_map)) return;
  Protocol().leave(vma);
  TellRelease(vma->read_lock_map, site);
}

// Drops the lock and says how the attempt ended.
VmaReadLock GiveUp(vm_area_struct* vma, VmaReadLock result, const lockdep::CallSite& site) {
  EndRead(vma, site);
  rcu_read_unlock();
  return result;
}

// lock_vma_under_rcu found a detached VMA: of no use before the tree has changed.
struct TreeChange {
  const mm_struct* mm;
  unsigned long address;
  const vm_area_struct* found;

  static bool Happened(const void* change, const Task& /*task*/) {
    const auto& self = *static_cast<const TreeChange*>(change);
    const auto* node = self.mm->mm_mt.peek().find(self.address, self.address);
    return node == nullptr || node->item != self.found || node->item->state == VmaState::kAttached;
  }
};

void WaitForTreeChange(const TreeChange& change) {
  WaitUntil({StepKind::kWait, "mm->mm_mt", &change.mm->mm_mt, AccessMode::kShared},
            {&TreeChange::Happened, &change});
  AlsoTouches(&change.found->vm_refcnt, AccessMode::kShared);
  AlsoTouches(&change.found->vm_lock.detached, AccessMode::kShared);
}

bool MmapIsWriteHeld(const mm_struct& mm) {
  return IsHeld(mm.mmap_lock.dep_map(), HeldMode::kWrite);
}

// Returns false if the task was killed while it waited.
bool __vma_start_write(vm_area_struct* vma, const LockRequest& request) {
  mm_struct* const mm = vma->vm_mm.peek();
  TellAcquire(vma->write_lock_map, ReadMode::kWrite, lockdep::TryLock::kNo, request);
  if (!Protocol().exclude_readers(vma, request)) {
    machine().validator().CancelAcquire(current().context(), vma->write_lock_map);
    return false;
  }
  AlsoTouches(&vma->vm_lock_seq, AccessMode::kExclusive);
  AlsoTouches(&mm->mm_lock_seq, AccessMode::kShared);
  if (MmapIsWriteHeld(*mm)) {  // Else ST-VW has been told.
    AskWrite(*vma, {Field::kVmLockSeq, AccessKind::kOnce, &vma->vm_lock_seq, request.site});
  }
  vma->vm_lock_seq = mm->mm_lock_seq;
  Protocol().admit_readers(vma);
  return true;
}

void CheckMayWrite(const vm_area_struct& vma, const LockRequest& request) {
  CheckState(StateRuleId::kVmaReadThenVmaWrite, !IsHeld(vma.read_lock_map, HeldMode::kAny),
             vma.write_lock_map, request.site);
  CheckState(StateRuleId::kVmaWriteNeedsMmapWrite, MmapIsWriteHeld(*vma.vm_mm.peek()),
             vma.write_lock_map, request.site);
}

bool StartWriteAsAsked(vm_area_struct* vma, LockRequest request) {
  mm_struct* const mm = vma->vm_mm.peek();
  CheckMayWrite(*vma, request);
  // The mmap lock serialises the writers of an mm: they lock many VMAs in any order.
  if (IsHeld(mm->mmap_lock.dep_map(), HeldMode::kAny)) {
    request.nest_lock = &mm->mmap_lock.dep_map();
  }
  if (!MmapIsWriteHeld(*mm)) {
    // No unlock or downgrade will end it.
    if (__vma_start_write(vma, request)) TellRelease(vma->write_lock_map, request.site);
    return true;
  }
  if (SequencesAreEqual(*mm, *vma, request.site)) return true;
  if (!__vma_start_write(vma, request)) return false;
  mm->write_locked_vmas.push_back(vma);
  return true;
}

void StartWriteLate(void* vma, lockdep::ReadMode /*mode*/, const LockRequest& request) {
  StartWriteAsAsked(static_cast<vm_area_struct*>(vma), request);
}

bool StartWrite(vm_area_struct* vma, const LockRequest& request) {
  Mutation* const mutation = machine().mutation;
  switch (MutationOf(vma->write_lock_map, Attempt::kWrite)) {
    case MutationKind::kDrop:
      return true;
    case MutationKind::kDelay:
      mutation->PutOff(vma->write_lock_map,
                       {&StartWriteLate, vma, lockdep::ReadMode::kWrite, request});
      return true;
    default:
      break;
  }
  const bool locked = StartWriteAsAsked(vma, request);
  if (mutation != nullptr) mutation->TakeDelayed();
  return locked;
}

void StartReadLocked(vm_area_struct* vma, const LockRequest& request) {
  if (MutationOf(vma->read_lock_map, Attempt::kRead) == MutationKind::kDrop) return;
  const mm_struct& mm = *vma->vm_mm.peek();
  CheckState(StateRuleId::kVmaReadLockedNeedsMmap, IsHeld(mm.mmap_lock.dep_map(), HeldMode::kAny),
             vma->read_lock_map, request.site);
  Protocol().enter_locked(vma, request);
  TellAcquire(vma->read_lock_map, ReadMode::kRead, lockdep::TryLock::kYes, request);
}

}  // namespace

VmaReadLock vma_start_read(mm_struct* mm, vm_area_struct* vma, const lockdep::CallSite& site) {
  // Too pessimistic at times, never too optimistic: asked again below.
  if (SequencesAreEqual(*mm, *vma, site)) {
    rcu_read_unlock();
    return VmaReadLock::kContended;
  }
  if (MutationOf(vma->read_lock_map, Attempt::kTry) == MutationKind::kDrop) {
    return VmaReadLock::kLocked;
  }
  const VmaReadLock entered = Protocol().enter(vma);
  if (entered != VmaReadLock::kLocked) {
    rcu_read_unlock();
    return entered;
  }
  TellAcquire(vma->read_lock_map, ReadMode::kRead, lockdep::TryLock::kYes, {.site = site});
  // Type-stable memory: it may be another mm's VMA by now.
  if (vma->vm_mm != mm || SequencesAreEqual(*mm, *vma, site)) {
    return GiveUp(vma, VmaReadLock::kContended, site);
  }
  if (Protocol().is_detached(vma)) return GiveUp(vma, VmaReadLock::kDetached, site);
  return VmaReadLock::kLocked;
}

void vma_end_read(vm_area_struct* vma) {
  const lockdep::CallSite site = LOCKDEP_CALL_SITE();
  CheckFlushed(vma->vm_mm.peek(), site);
  EndRead(vma, site);
}

void vma_start_read_locked(vm_area_struct* vma) {
  StartReadLocked(vma, {.site = LOCKDEP_CALL_SITE()});
}

void vma_start_read_locked_nested(vm_area_struct* vma, uint8_t subclass) {
  StartReadLocked(vma, {.site = LOCKDEP_CALL_SITE(), .subclass = subclass});
}

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
      WaitForTreeChange({mm, address, vma});
      continue;
    }
    if (result == VmaReadLock::kContended) {
      ++statistics.abort;
      return nullptr;
    }
    rcu_read_unlock();
    if (address < vma->vm_start || address >= vma->vm_end) {
      EndRead(vma, site);
      ++statistics.abort;
      return nullptr;
    }
    ++statistics.success;
    return vma;
  }
}

void vma_start_write(vm_area_struct* vma) { StartWrite(vma, {.site = LOCKDEP_CALL_SITE()}); }

bool vma_start_write_killable(vm_area_struct* vma) {
  return StartWrite(vma, {.site = LOCKDEP_CALL_SITE(), .killable = true});
}

void vma_end_write_all(mm_struct* mm, const lockdep::CallSite& site) {
  SchedulingPoint({StepKind::kAtomic, "mm->mm_lock_seq", &mm->mm_lock_seq});
  while (!mm->write_locked_vmas.empty()) {
    vm_area_struct* const vma = mm->write_locked_vmas.back();
    mm->write_locked_vmas.pop_back();
    TellRelease(vma->write_lock_map, site);
  }
  if (machine().mutation != nullptr) machine().mutation->OnVmaWriteLocksEnd();
  AskWrite(*mm, {Field::kMmLockSeq, AccessKind::kPlain, &mm->mm_lock_seq, site});
  ++mm->mm_lock_seq;
}

void vma_mark_attached(vm_area_struct* vma) {
  WillWrite(*vma, {Field::kVmRefcntAttach, AccessKind::kPlain, &vma->state, LOCKDEP_CALL_SITE()});
  vma->state = VmaState::kAttached;
  Protocol().attach(vma);
}

void vma_mark_detached(vm_area_struct* vma) {
  WillWrite(*vma, {Field::kVmRefcntAttach, AccessKind::kPlain, &vma->state, LOCKDEP_CALL_SITE()});
  vma->state = VmaState::kDetached;
  Protocol().detach(vma);
}

void vma_lock_forget(vm_area_struct* vma, const lockdep::CallSite& site) {
  if (std::erase(vma->vm_mm.peek()->write_locked_vmas, vma) != 0) {
    TellRelease(vma->write_lock_map, site);
  }
}

bool vma_is_write_locked(const vm_area_struct& vma) {
  const mm_struct& mm = *vma.vm_mm.peek();
  return mm.mmap_lock.writer() != nullptr && vma.vm_lock_seq == mm.mm_lock_seq;
}

int vma_readers(const vm_area_struct& vma) { return Protocol().readers(vma); }

}  // namespace mm_model
