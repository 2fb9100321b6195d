// The locks of mm under their kernel names: mmap_lock, the reverse-mapping
// locks, page cache locks.  The VMA lock is in vma_lock.h, page table locks
// are in pgtable.h.
//
// The mmap lock keeps mm_lock_seq: odd while write-locked.  Ending or
// downgrading the write lock ends all VMA write locks of the mm.
//
// Every function reports its caller as the place where the lock was taken.

#ifndef MM_MODEL_MM_LOCKS_H_
#define MM_MODEL_MM_LOCKS_H_

#include "mm_model/mm_types.h"

namespace mm_model {

inline constexpr uint8_t SINGLE_DEPTH_NESTING = 1;

// REQUIRES, as a rule (ST-VR-M): the task holds no VMA read lock of the mm when
// it may wait.  The killable ones return false if the task was killed instead.
MM_LOCK_FUNCTION void mmap_read_lock(mm_struct* mm);
MM_LOCK_FUNCTION bool mmap_read_lock_killable(mm_struct* mm);
MM_LOCK_FUNCTION bool mmap_read_trylock(mm_struct* mm);
MM_LOCK_FUNCTION void mmap_read_unlock(mm_struct* mm);
MM_LOCK_FUNCTION void mmap_write_lock(mm_struct* mm);
MM_LOCK_FUNCTION void mmap_write_lock_nested(mm_struct* mm, uint8_t subclass);
MM_LOCK_FUNCTION bool mmap_write_lock_killable(mm_struct* mm);
MM_LOCK_FUNCTION void mmap_write_unlock(mm_struct* mm);
MM_LOCK_FUNCTION void mmap_write_downgrade(mm_struct* mm);

// No lock at all: what is read under RCU in between counts if the retry says false,
// for then no writer was there.
MM_LOCK_FUNCTION bool mmap_lock_speculate_try_begin(mm_struct* mm, unsigned* sequence);
MM_LOCK_FUNCTION bool mmap_lock_speculate_retry(mm_struct* mm, unsigned sequence);

MM_LOCK_FUNCTION void i_mmap_lock_read(address_space* mapping);
MM_LOCK_FUNCTION void i_mmap_unlock_read(address_space* mapping);
MM_LOCK_FUNCTION void i_mmap_lock_write(address_space* mapping);
// Under the mmap lock, which serialises those who lock many.
MM_LOCK_FUNCTION void i_mmap_lock_write_nested(address_space* mapping, const mm_struct* mm);
MM_LOCK_FUNCTION bool i_mmap_trylock_write(address_space* mapping);
MM_LOCK_FUNCTION void i_mmap_unlock_write(address_space* mapping);

MM_LOCK_FUNCTION void anon_vma_lock_read(anon_vma* av);
MM_LOCK_FUNCTION void anon_vma_unlock_read(anon_vma* av);
MM_LOCK_FUNCTION void anon_vma_lock_write(anon_vma* av);
MM_LOCK_FUNCTION void anon_vma_lock_write_nested(anon_vma* av, const mm_struct* mm);
MM_LOCK_FUNCTION void anon_vma_unlock_write(anon_vma* av);

MM_LOCK_FUNCTION void filemap_invalidate_lock(address_space* mapping);
MM_LOCK_FUNCTION void filemap_invalidate_unlock(address_space* mapping);
MM_LOCK_FUNCTION void filemap_invalidate_lock_shared(address_space* mapping);
MM_LOCK_FUNCTION void filemap_invalidate_unlock_shared(address_space* mapping);

MM_LOCK_FUNCTION void inode_lock(inode* node);
MM_LOCK_FUNCTION void inode_unlock(inode* node);
MM_LOCK_FUNCTION void inode_lock_shared(inode* node);
MM_LOCK_FUNCTION void inode_unlock_shared(inode* node);

MM_LOCK_FUNCTION void sb_start_write(super_block* sb);
MM_LOCK_FUNCTION void sb_end_write(super_block* sb);
MM_LOCK_FUNCTION void sb_start_pagefault(super_block* sb);
MM_LOCK_FUNCTION void sb_end_pagefault(super_block* sb);

MM_LOCK_FUNCTION void folio_lock(folio* folio);
// While `gate` is held for writing, which serialises all who lock it and what
// they hold in either order: no order of this lock and those follows.
MM_LOCK_FUNCTION void folio_lock_gated(folio* folio, const DepMap& gate);
MM_LOCK_FUNCTION bool folio_trylock(folio* folio);
MM_LOCK_FUNCTION void folio_unlock(folio* folio);
// Waits until nobody holds it, without taking it.
MM_LOCK_FUNCTION void folio_wait_locked(folio* folio);

MM_LOCK_FUNCTION void xa_lock_irq(address_space* mapping);
MM_LOCK_FUNCTION void xa_unlock_irq(address_space* mapping);

}  // namespace mm_model

#endif  // MM_MODEL_MM_LOCKS_H_
