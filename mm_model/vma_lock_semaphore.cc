// Follows linux 6.12 include/linux/mm.h: vma_start_read, vma_end_read,
// __vma_start_write, vma_mark_detached.

#include "mm_model/vma_lock_protocol.h"

namespace mm_model {
namespace {

constexpr char kName[] = "vma->vm_lock";

bool HasNoWriter(const vma_semaphore& sem) { return !sem.write_locked && sem.queued_writers == 0; }

// down_read_trylock
VmaReadLock Enter(vm_area_struct* vma) {
  vma_semaphore* const sem = &vma->vm_lock;
  SchedulingPoint({StepKind::kAtomic, kName, sem, AccessMode::kShared});
  if (!HasNoWriter(*sem)) return VmaReadLock::kContended;
  ++sem->readers;
  return VmaReadLock::kLocked;
}

// up_read
void Leave(vm_area_struct* vma) {
  SchedulingPoint({StepKind::kAtomic, kName, &vma->vm_lock, AccessMode::kShared});
  --vma->vm_lock.readers;
}

bool MayRead(const void* sem, const Task& /*task*/) {
  return HasNoWriter(*static_cast<const vma_semaphore*>(sem));
}

// down_read, which the kernel's userfaultfd does under the mmap lock.
void EnterLocked(vm_area_struct* vma, const LockRequest& request) {
  WaitUntil({StepKind::kAtomic, kName, &vma->vm_lock, AccessMode::kShared},
            {&MayRead, &vma->vm_lock, &vma->read_lock_map, &request.site});
  ++vma->vm_lock.readers;
}

bool MayWrite(const void* sem, const Task& /*task*/) {
  const auto& self = *static_cast<const vma_semaphore*>(sem);
  return !self.write_locked && self.readers == 0;
}

bool MayWriteOrDie(const void* sem, const Task& task) {
  return task.fatal_signal_pending || MayWrite(sem, task);
}

// down_write; 6.12 has no killable one, a host that asks for it gets it.
bool ExcludeReaders(vm_area_struct* vma, const LockRequest& request) {
  vma_semaphore* const sem = &vma->vm_lock;
  SchedulingPoint({StepKind::kAtomic, kName, sem});
  if (!MayWrite(sem, current())) {
    ++sem->queued_writers;
    WaitUntil(
        {StepKind::kWait, NameOf(LockClass::kVmaWriteLock), sem},
        {request.killable ? &MayWriteOrDie : &MayWrite, sem, &vma->write_lock_map, &request.site});
    --sem->queued_writers;
    if (!MayWrite(sem, current())) return false;
  }
  sem->write_locked = true;
  return true;
}

// up_write
void AdmitReaders(vm_area_struct* vma) {
  SchedulingPoint({StepKind::kAtomic, kName, &vma->vm_lock});
  vma->vm_lock.write_locked = false;
}

void Attach(vm_area_struct* vma) {
  AlsoTouches(&vma->vm_lock.detached, AccessMode::kExclusive);
  vma->vm_lock.detached = false;
}

void Detach(vm_area_struct* vma) {
  AlsoTouches(&vma->vm_lock.detached, AccessMode::kExclusive);
  vma->vm_lock.detached = true;
}

bool IsDetached(const vm_area_struct* vma) {
  SchedulingPoint(
      {StepKind::kAtomic, "vma->detached", &vma->vm_lock.detached, AccessMode::kShared});
  return vma->vm_lock.detached;
}

int Readers(const vm_area_struct& vma) { return vma.vm_lock.readers; }

}  // namespace

const VmaLockProtocol kVmaSemaphore = {
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
