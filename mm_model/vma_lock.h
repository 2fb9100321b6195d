// The VMA lock, in both of its generations (vma_lock_protocol.h): the reference
// count of linux 6.15 and later, and the semaphore of 6.4 to 6.14.
//
// A write lock needs the mmap write lock, waits for readers once, and lasts
// until the mmap lock is unlocked or downgraded.  A read lock never waits: it is
// had or not.  To the engine the two sides are two classes, and the write side
// is held as long as it lasts (the kernel's own lockdep sees it only while it
// waits).
//
// Every function reports its caller as the place where the lock was taken.

#ifndef MM_MODEL_VMA_LOCK_H_
#define MM_MODEL_VMA_LOCK_H_

#include "mm_model/mm_types.h"

namespace mm_model {

enum class VmaReadLock : uint8_t {
  kLocked,
  kContended,  // Write-locked, about to be, or too many readers: use the mmap lock.
  kDetached,   // Look it up again.
};

// REQUIRES: RCU read-side section.  It goes on after kLocked; it has ended after
// anything else, so the VMA must not be touched any more.
VmaReadLock vma_start_read(mm_struct* mm, vm_area_struct* vma, const lockdep::CallSite& site);
MM_LOCK_FUNCTION void vma_end_read(vm_area_struct* vma);

// Read-locks a VMA that the mmap lock keeps stable; with that lock held nobody
// can be in the way.  REQUIRES, as a rule: the mmap lock.
MM_LOCK_FUNCTION void vma_start_read_locked(vm_area_struct* vma);
// The same for a second VMA of the mm.
MM_LOCK_FUNCTION void vma_start_read_locked_nested(vm_area_struct* vma, uint8_t subclass);

// Returns the VMA that covers the address, read-locked; null if there is none
// or it could not be locked at once: the caller falls back to the mmap lock.
MM_LOCK_FUNCTION vm_area_struct* lock_vma_under_rcu(mm_struct* mm, unsigned long address);

// Waits for readers; does nothing if the VMA is write-locked already.
// REQUIRES, as rules: the mmap write lock (ST-VW); not read-locked by the same
// task (ST-VR-VW).  The killable one returns false if the task was killed instead.
MM_LOCK_FUNCTION void vma_start_write(vm_area_struct* vma);
MM_LOCK_FUNCTION bool vma_start_write_killable(vm_area_struct* vma);
// Ends all VMA write locks of the mm.  REQUIRES: mmap write lock.
void vma_end_write_all(mm_struct* mm, const lockdep::CallSite& site);

// Makes the VMA findable, or takes that back; the latter waits for readers that
// are about to back off.  REQUIRES: mmap and VMA write-locked.
[[gnu::noinline]] void vma_mark_attached(vm_area_struct* vma);
[[gnu::noinline]] void vma_mark_detached(vm_area_struct* vma);

// The memory of a VMA goes: if it is write-locked still, the lock goes with it.
void vma_lock_forget(vm_area_struct* vma, const lockdep::CallSite& site);

// For tests and rules.
bool vma_is_write_locked(const vm_area_struct& vma);
int vma_readers(const vm_area_struct& vma);

}  // namespace mm_model

#endif  // MM_MODEL_VMA_LOCK_H_
