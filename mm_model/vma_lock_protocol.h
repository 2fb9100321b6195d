// What the two generations of the VMA lock do differently: how readers count
// themselves, and how a writer keeps them out.
//
//   kRefcount (6.15 and later): vm_refcnt
//     0        detached: nobody can read-lock it
//     1        attached, no readers; write-locked if the sequences are equal
//     1 + n    n readers, or fewer and some that will back off
//     + FLAG   a writer keeps new readers out and waits for those inside
//
//   kSemaphore (6.4 to 6.14): vm_lock, a semaphore that a writer holds only while
//     it sets the sequence, and `detached`, which readers ask for once inside.
//
// Only vma_lock.cc uses this.

#ifndef MM_MODEL_VMA_LOCK_PROTOCOL_H_
#define MM_MODEL_VMA_LOCK_PROTOCOL_H_

#include "mm_model/vma_lock.h"

namespace mm_model {

struct VmaLockProtocol {
  // Counts a reader if no writer is in the way.
  VmaReadLock (*enter)(vm_area_struct* vma);
  void (*leave)(vm_area_struct* vma);
  // Counts a reader under the mmap lock, when there can be no writer.
  void (*enter_locked)(vm_area_struct* vma, const LockRequest& request);
  // Waits until there are no readers and keeps new ones out; false: killed.
  bool (*exclude_readers)(vm_area_struct* vma, const LockRequest& request);
  void (*admit_readers)(vm_area_struct* vma);
  void (*attach)(vm_area_struct* vma);
  void (*detach)(vm_area_struct* vma);
  // Asked by a reader that is inside.
  bool (*is_detached)(const vm_area_struct* vma);
  int (*readers)(const vm_area_struct& vma);
};

extern const VmaLockProtocol kVmaRefcount;
extern const VmaLockProtocol kVmaSemaphore;

}  // namespace mm_model

#endif  // MM_MODEL_VMA_LOCK_PROTOCOL_H_
