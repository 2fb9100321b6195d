// The pseudo-lock of memory reclaim.
//
// Source: linux v6.12 mm/page_alloc.c, include/linux/sched/mm.h, gfp_types.h.

#ifndef SHIM_LINUX_SCHED_MM_H_
#define SHIM_LINUX_SCHED_MM_H_

#include <linux/sched.h>

typedef unsigned int gfp_t;

#define __GFP_IO 0x40u
#define __GFP_FS 0x80u
#define __GFP_DIRECT_RECLAIM 0x400u
#define GFP_NOFS (__GFP_DIRECT_RECLAIM | __GFP_IO)
#define GFP_KERNEL (GFP_NOFS | __GFP_FS)

void fs_reclaim_acquire(gfp_t gfp);
void fs_reclaim_release(gfp_t gfp);
// "An allocation with these flags may happen here."
void might_alloc(gfp_t gfp);

unsigned int memalloc_nofs_save(void);
void memalloc_nofs_restore(unsigned int flags);

#endif  // SHIM_LINUX_SCHED_MM_H_
