#include "mm_model/mm_locks.h"

#include <algorithm>

#include "mm_model/rules/state_rules.h"
#include "mm_model/tlb.h"
#include "mm_model/vma_lock.h"

namespace mm_model {
namespace {

using lockdep::ReadMode;

// Asked of the engine.
bool HoldsVmaOf(const void* mm) {
  const lockdep::HeldLocks& held = current().context().held;
  return std::any_of(held.begin(), held.end(), [&](const lockdep::HeldLock& lock) {
    const auto& map = static_cast<const DepMap&>(*lock.lock);
    return map.lock_class == LockClass::kVmaReadLock &&
           static_cast<const vm_area_struct*>(map.owner)->vm_mm.peek() == mm;
  });
}

void CheckMayWaitForMmap(const DepMap& mmap_lock, const lockdep::CallSite& site) {
  CheckState(StateRuleId::kVmaReadThenMmap, !HoldsVmaOf(mmap_lock.owner), mmap_lock, site);
}

void CheckMayWaitForFolio(const DepMap& folio_lock, const lockdep::CallSite& site) {
  const bool reclaims = IsHeld(globals().fs_reclaim.dep_map(), lockdep::HeldMode::kAny);
  CheckState(StateRuleId::kReclaimThenFolio, !reclaims, folio_lock, site);
}

// Not so if a mutation took the lock away, or made it a read lock.
bool IsWriter(const mm_struct& mm) { return mm.mmap_lock.writer() == &current(); }

void CheckAlive(const mm_struct& mm) {
  AlsoTouches(&mm.freed, AccessMode::kShared);
  if (mm.freed) Corruption("an mm was used after it was freed");
}

bool LockMmap(mm_struct* mm, ReadMode mode, LockRequest request) {
  request.before_waiting = &CheckMayWaitForMmap;
  const bool locked = mm->mmap_lock.Lock(mode, request);
  CheckAlive(*mm);
  if (!locked) return false;
  if (!IsWriter(*mm)) return true;
  AlsoTouches(&mm->mm_lock_seq, AccessMode::kExclusive);
  AskWrite(*mm, {Field::kMmLockSeq, AccessKind::kPlain, &mm->mm_lock_seq, request.site});
  ++mm->mm_lock_seq;
  return true;
}

void EndVmaWriteLocks(mm_struct* mm, const lockdep::CallSite& site) {
  if (IsWriter(*mm)) vma_end_write_all(mm, site);
}

}  // namespace

void mmap_read_lock(mm_struct* mm) { LockMmap(mm, ReadMode::kRead, {.site = LOCKDEP_CALL_SITE()}); }

bool mmap_read_lock_killable(mm_struct* mm) {
  return LockMmap(mm, ReadMode::kRead, {.site = LOCKDEP_CALL_SITE(), .killable = true});
}

bool mmap_read_trylock(mm_struct* mm) {
  return mm->mmap_lock.TryLock(
      ReadMode::kRead, {.site = LOCKDEP_CALL_SITE(), .before_waiting = &CheckMayWaitForMmap});
}

void mmap_read_unlock(mm_struct* mm) {
  const LockRequest request{.site = LOCKDEP_CALL_SITE()};
  CheckFlushed(mm, request.site);
  mm->mmap_lock.Unlock(request);
  CheckAlive(*mm);
}

void mmap_write_lock(mm_struct* mm) {
  LockMmap(mm, ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE()});
}

void mmap_write_lock_nested(mm_struct* mm, uint8_t subclass) {
  LockMmap(mm, ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE(), .subclass = subclass});
}

bool mmap_write_lock_killable(mm_struct* mm) {
  return LockMmap(mm, ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE(), .killable = true});
}

void mmap_write_unlock(mm_struct* mm) {
  const LockRequest request{.site = LOCKDEP_CALL_SITE()};
  CheckFlushed(mm, request.site);
  EndVmaWriteLocks(mm, request.site);
  mm->mmap_lock.Unlock(request);
}

void mmap_write_downgrade(mm_struct* mm) {
  const LockRequest request{.site = LOCKDEP_CALL_SITE()};
  CheckFlushed(mm, request.site);
  EndVmaWriteLocks(mm, request.site);
  mm->mmap_lock.Downgrade(request);
}

bool mmap_lock_speculate_try_begin(mm_struct* mm, unsigned* sequence) {
  SchedulingPoint({StepKind::kAtomic, "mm->mm_lock_seq", &mm->mm_lock_seq, AccessMode::kShared});
  *sequence = mm->mm_lock_seq;
  current().speculates = *sequence % 2 == 0;
  return current().speculates;
}

bool mmap_lock_speculate_retry(mm_struct* mm, unsigned sequence) {
  SchedulingPoint({StepKind::kAtomic, "mm->mm_lock_seq", &mm->mm_lock_seq, AccessMode::kShared});
  current().speculates = false;
  return mm->mm_lock_seq != sequence;
}

void i_mmap_lock_read(address_space* mapping) {
  mapping->i_mmap_rwsem.Lock(ReadMode::kRead, {.site = LOCKDEP_CALL_SITE()});
}

void i_mmap_unlock_read(address_space* mapping) {
  mapping->i_mmap_rwsem.Unlock({.site = LOCKDEP_CALL_SITE()});
}

void i_mmap_lock_write(address_space* mapping) {
  mapping->i_mmap_rwsem.Lock(ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE()});
}

void i_mmap_lock_write_nested(address_space* mapping, const mm_struct* mm) {
  mapping->i_mmap_rwsem.Lock(ReadMode::kWrite,
                             {.site = LOCKDEP_CALL_SITE(), .nest_lock = &mm->mmap_lock.dep_map()});
}

bool i_mmap_trylock_write(address_space* mapping) {
  return mapping->i_mmap_rwsem.TryLock(ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE()});
}

void i_mmap_unlock_write(address_space* mapping) {
  mapping->i_mmap_rwsem.Unlock({.site = LOCKDEP_CALL_SITE()});
}

void anon_vma_lock_read(anon_vma* av) {
  av->root->rwsem.Lock(ReadMode::kRead, {.site = LOCKDEP_CALL_SITE()});
}

void anon_vma_unlock_read(anon_vma* av) { av->root->rwsem.Unlock({.site = LOCKDEP_CALL_SITE()}); }

void anon_vma_lock_write(anon_vma* av) {
  av->root->rwsem.Lock(ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE()});
}

void anon_vma_lock_write_nested(anon_vma* av, const mm_struct* mm) {
  av->root->rwsem.Lock(ReadMode::kWrite,
                       {.site = LOCKDEP_CALL_SITE(), .nest_lock = &mm->mmap_lock.dep_map()});
}

void anon_vma_unlock_write(anon_vma* av) { av->root->rwsem.Unlock({.site = LOCKDEP_CALL_SITE()}); }

void filemap_invalidate_lock(address_space* mapping) {
  mapping->invalidate_lock.Lock(ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE()});
}

void filemap_invalidate_unlock(address_space* mapping) {
  mapping->invalidate_lock.Unlock({.site = LOCKDEP_CALL_SITE()});
}

void filemap_invalidate_lock_shared(address_space* mapping) {
  mapping->invalidate_lock.Lock(ReadMode::kRead, {.site = LOCKDEP_CALL_SITE()});
}

void filemap_invalidate_unlock_shared(address_space* mapping) {
  mapping->invalidate_lock.Unlock({.site = LOCKDEP_CALL_SITE()});
}

void inode_lock(inode* node) {
  node->i_rwsem.Lock(ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE()});
}

void inode_unlock(inode* node) { node->i_rwsem.Unlock({.site = LOCKDEP_CALL_SITE()}); }

void inode_lock_shared(inode* node) {
  node->i_rwsem.Lock(ReadMode::kRead, {.site = LOCKDEP_CALL_SITE()});
}

void inode_unlock_shared(inode* node) { node->i_rwsem.Unlock({.site = LOCKDEP_CALL_SITE()}); }

void sb_start_write(super_block* sb) {
  sb->s_writers.Lock(ReadMode::kRead, {.site = LOCKDEP_CALL_SITE()});
}

void sb_end_write(super_block* sb) { sb->s_writers.Unlock({.site = LOCKDEP_CALL_SITE()}); }

void sb_start_pagefault(super_block* sb) {
  sb->s_pagefaults.Lock(ReadMode::kRead, {.site = LOCKDEP_CALL_SITE()});
}

void sb_end_pagefault(super_block* sb) { sb->s_pagefaults.Unlock({.site = LOCKDEP_CALL_SITE()}); }

void folio_lock(folio* folio) {
  folio->lock.Lock({.site = LOCKDEP_CALL_SITE(), .before_waiting = &CheckMayWaitForFolio});
}

void folio_lock_gated(folio* folio, const DepMap& gate) {
  folio->lock.Lock({.site = LOCKDEP_CALL_SITE(), .gate = &gate});
}

bool folio_trylock(folio* folio) {
  return folio->lock.TryLock(
      {.site = LOCKDEP_CALL_SITE(), .before_waiting = &CheckMayWaitForFolio});
}

void folio_unlock(folio* folio) { folio->lock.Unlock({.site = LOCKDEP_CALL_SITE()}); }

void folio_wait_locked(folio* folio) {
  const LockRequest request{.site = LOCKDEP_CALL_SITE()};
  folio->lock.WaitUntilFree(request);
}

void xa_lock_irq(address_space* mapping) {
  mapping->i_pages_lock.Lock({.site = LOCKDEP_CALL_SITE()});
}

void xa_unlock_irq(address_space* mapping) {
  mapping->i_pages_lock.Unlock({.site = LOCKDEP_CALL_SITE()});
}

}  // namespace mm_model
