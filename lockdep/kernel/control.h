// Start, switches, forgetting, and the ends of memory and of threads.
//
// Source: linux v6.12 include/linux/lockdep.h, debug_locks.h.

#ifndef LOCKDEP_KERNEL_CONTROL_H_
#define LOCKDEP_KERNEL_CONTROL_H_

#include <stdbool.h>

#include "lockdep/kernel/map.h"

#ifdef __cplusplus
extern "C" {
#endif

// 1 until the first finding, then 0.  Validation goes on; set it to 1 to notice
// the next one.
extern int debug_locks;
// Not 0: findings are not written to standard error.
extern int debug_locks_silent;

// Sets debug_locks to 0; returns whether it was 1.
bool debug_locks_off(void);

// Starts the validator, and what the environment asks for: a recording
// (LOCKDEP_KERNEL_RECORD, finding.h), times (LOCKDEP_KERNEL_LOCK_STAT, lock_stat.h).
// Whatever is called first does this; a second call does nothing.
void lockdep_init(void);

// Between these, events of this thread are ignored.  They nest.
void lockdep_off(void);
void lockdep_on(void);

// This thread holds nothing any more, and all chains are proved anew; classes and
// dependencies stay (lockdep_free_key_range, lockdep_reset_lock).  Sets
// debug_locks to 1.
void lockdep_reset(void);

// Reports each lock held by this thread whose map lies in this memory, which is
// about to be freed or initialised anew (held-lock-destroyed).
void debug_check_no_locks_freed(const void* memory, unsigned long size);

// Reports what this thread holds (held-at-exit).  Done for each thread that
// ends; call it where a thread must hold nothing, such as between jobs.
void debug_check_no_locks_held(void);

// Reports what this thread holds where it leaves for somewhere that no lock may
// follow, as a system call that returns to user space (held-at-exit).
void lockdep_sys_exit(void);

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_CONTROL_H_
