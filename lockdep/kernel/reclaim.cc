#include "lockdep/kernel/reclaim.h"

#include "lockdep/kernel/context.h"
#include "lockdep/kernel/might_sleep.h"

lockdep_map __mmu_notifier_invalidate_range_start_map = {.name =
                                                             "mmu_notifier_invalidate_range_start"};

namespace {

constinit lockdep_map reclaim_map = {.name = "fs_reclaim"};

// Scopes of this thread.
constexpr unsigned kNoFs = 1;
constexpr unsigned kNoIo = 2;
constexpr unsigned kNoReclaim = 4;
constinit thread_local unsigned scopes = 0;

unsigned Save(unsigned scope) {
  const unsigned before = scopes & scope;
  scopes |= scope;
  return before;
}
void Restore(unsigned scope, unsigned before) { scopes = (scopes & ~scope) | before; }

gfp_t InScope(gfp_t gfp) {
  if ((scopes & kNoIo) != 0) return gfp & ~(__GFP_IO | __GFP_FS);
  return (scopes & kNoFs) != 0 ? gfp & ~__GFP_FS : gfp;
}

bool MayReclaim(gfp_t gfp) {
  return (gfp & __GFP_DIRECT_RECLAIM) != 0 && (scopes & kNoReclaim) == 0 &&
         (gfp & __GFP_NOLOCKDEP) == 0;
}

// `ip` is the place of whoever called the function of the interface.
void Enter(gfp_t gfp, unsigned long ip) {
  gfp = InScope(gfp);
  if (!MayReclaim(gfp)) return;
  if ((gfp & __GFP_FS) != 0) lock_acquire_exclusive(&reclaim_map, 0, 0, nullptr, ip);
  lock_acquire_exclusive(&__mmu_notifier_invalidate_range_start_map, 0, 0, nullptr, ip);
  lock_release(&__mmu_notifier_invalidate_range_start_map, ip);
}

void Leave(gfp_t gfp, unsigned long ip) {
  gfp = InScope(gfp);
  if (MayReclaim(gfp) && (gfp & __GFP_FS) != 0) lock_release(&reclaim_map, ip);
}

}  // namespace

void fs_reclaim_acquire(gfp_t gfp) { Enter(gfp, _RET_IP_); }
void fs_reclaim_release(gfp_t gfp) { Leave(gfp, _RET_IP_); }

void might_alloc(gfp_t gfp) {
  Enter(gfp, _RET_IP_);
  Leave(gfp, _RET_IP_);
  if ((gfp & __GFP_DIRECT_RECLAIM) != 0) lockdep::kernel::MightSleep(_RET_IP_);
}

unsigned memalloc_nofs_save() { return Save(kNoFs); }
void memalloc_nofs_restore(unsigned flags) { Restore(kNoFs, flags); }
unsigned memalloc_noio_save() { return Save(kNoIo); }
void memalloc_noio_restore(unsigned flags) { Restore(kNoIo, flags); }
unsigned memalloc_noreclaim_save() { return Save(kNoReclaim); }
void memalloc_noreclaim_restore(unsigned flags) { Restore(kNoReclaim, flags); }
