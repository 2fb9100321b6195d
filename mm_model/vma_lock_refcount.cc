// Follows linux 7.0 include/linux/mmap_lock.h and mm/mmap_lock.c.

#include "mm_model/vma_lock_protocol.h"

namespace mm_model {
namespace {

constexpr uint32_t kExcludeReaders = 1u << 30;
constexpr uint32_t kReferenceLimit = kExcludeReaders - 1;

void CountStep(const vm_area_struct* vma, AccessMode mode) {
  SchedulingPoint({StepKind::kAtomic, "vma->vm_refcnt", &vma->vm_refcnt, mode});
}

// Readers come and go in any order.
VmaReadLock Enter(vm_area_struct* vma) {
  CountStep(vma, AccessMode::kShared);
  if (vma->vm_refcnt == 0) return VmaReadLock::kDetached;
  if (vma->vm_refcnt >= kReferenceLimit) return VmaReadLock::kContended;
  ++vma->vm_refcnt;
  return VmaReadLock::kLocked;
}

void Leave(vm_area_struct* vma) {
  CountStep(vma, AccessMode::kShared);
  --vma->vm_refcnt;
}

void EnterLocked(vm_area_struct* vma, const LockRequest& /*request*/) {
  CountStep(vma, AccessMode::kShared);
  ++vma->vm_refcnt;
}

// Nobody but the VMA itself is counted.
bool OnlyAttached(const void* vma, const Task& /*task*/) {
  return static_cast<const vm_area_struct*>(vma)->vm_refcnt == (kExcludeReaders | 1);
}

bool OnlyAttachedOrDie(const void* vma, const Task& task) {
  return task.fatal_signal_pending || OnlyAttached(vma, task);
}

bool NobodyLeft(const void* vma, const Task& /*task*/) {
  return static_cast<const vm_area_struct*>(vma)->vm_refcnt == kExcludeReaders;
}

void WaitForReaders(vm_area_struct* vma, bool (*readers_left)(const void*, const Task&),
                    const LockRequest& request) {
  WaitUntil({StepKind::kWait, NameOf(LockClass::kVmaWriteLock), &vma->vm_refcnt},
            {readers_left, vma, &vma->write_lock_map, &request.site});
}

// A VMA that is not attached has no readers to exclude or to admit.
void AdmitReaders(vm_area_struct* vma) {
  CountStep(vma, AccessMode::kExclusive);
  if (vma->vm_refcnt >= kExcludeReaders) vma->vm_refcnt -= kExcludeReaders;
}

bool ExcludeReaders(vm_area_struct* vma, const LockRequest& request) {
  CountStep(vma, AccessMode::kExclusive);
  if (vma->vm_refcnt == 0) return true;
  vma->vm_refcnt += kExcludeReaders;
  if (OnlyAttached(vma, current())) return true;
  WaitForReaders(vma, request.killable ? &OnlyAttachedOrDie : &OnlyAttached, request);
  if (OnlyAttached(vma, current())) return true;
  AdmitReaders(vma);
  return false;
}

void Attach(vm_area_struct* vma) {
  AlsoTouches(&vma->vm_refcnt, AccessMode::kExclusive);
  vma->vm_refcnt = 1;
}

void Detach(vm_area_struct* vma) {
  AlsoTouches(&vma->vm_refcnt, AccessMode::kExclusive);
  if (--vma->vm_refcnt == 0) return;
  // A reader raised the count before it saw that the VMA is write-locked.
  CountStep(vma, AccessMode::kExclusive);
  vma->vm_refcnt += kExcludeReaders;
  if (!NobodyLeft(vma, current())) WaitForReaders(vma, &NobodyLeft, {});
  AdmitReaders(vma);
}

bool IsDetached(const vm_area_struct* /*vma*/) { return false; }

int Readers(const vm_area_struct& vma) {
  const uint32_t count = vma.vm_refcnt & ~kExcludeReaders;
  return count == 0 ? 0 : static_cast<int>(count) - 1;
}

}  // namespace

const VmaLockProtocol kVmaRefcount = {
    .enter = &Enter,
    .leave = &Leave,
    .enter_locked = &EnterLocked,
    .exclude_readers = &ExcludeReaders,
    .admit_readers = &AdmitReaders,
    .attach = &Attach,
    .detach = &Detach,
    .is_detached = &IsDetached,
    .readers = &Readers,
};

}  // namespace mm_model
