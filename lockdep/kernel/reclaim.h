// The pseudo-lock of memory reclaim: an allocation that may write back file data
// to find memory waits for all that reclaim takes.
//
// Reclaim runs between fs_reclaim_acquire() and fs_reclaim_release(); an allocator
// says might_alloc() before it allocates, so that each caller is checked whether
// or not memory is short at that moment.  A lock that reclaim takes and under
// which somebody allocates is then a lock-order-inversion.
//
// Thread safety: the scopes belong to the calling thread.
//
// Source: linux v6.12 mm/page_alloc.c, fs_reclaim_acquire();
// include/linux/sched/mm.h, gfp_types.h; mm/mmu_notifier.c.

#ifndef LOCKDEP_KERNEL_RECLAIM_H_
#define LOCKDEP_KERNEL_RECLAIM_H_

#include "lockdep/kernel/acquire.h"

#ifdef __cplusplus
extern "C" {
#endif

// What an allocation may do.  The values are ours; the names are the kernel's.
typedef unsigned int gfp_t;
#define __GFP_IO 0x40u
#define __GFP_FS 0x80u
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_NOLOCKDEP 0x800u
#define GFP_NOWAIT 0u
#define GFP_NOIO __GFP_DIRECT_RECLAIM
#define GFP_NOFS (__GFP_DIRECT_RECLAIM | __GFP_IO)
#define GFP_KERNEL (GFP_NOFS | __GFP_FS)

// Nothing where the flags, or a scope below, keep reclaim away from file systems.
// Every reclaim may also have to tell notifiers of address spaces:
// __mmu_notifier_invalidate_range_start_map stands for them.
void fs_reclaim_acquire(gfp_t gfp);
void fs_reclaim_release(gfp_t gfp);
extern struct lockdep_map __mmu_notifier_invalidate_range_start_map;

// "An allocation with these flags may happen here."  One that may reclaim may also
// sleep (might_sleep).
void might_alloc(gfp_t gfp);

// Between save and restore, allocations of this thread do not enter file systems,
// start no I/O, or do not reclaim at all.  They nest: restore what save returned.
unsigned int memalloc_nofs_save(void);
void memalloc_nofs_restore(unsigned int flags);
unsigned int memalloc_noio_save(void);
void memalloc_noio_restore(unsigned int flags);
unsigned int memalloc_noreclaim_save(void);
void memalloc_noreclaim_restore(unsigned int flags);

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_RECLAIM_H_
