// The engine under the kernel's names, for C and C++ programs in user space:
// kernel code that calls lock_acquire() compiles against it as it is.
//
//   struct my_lock {
//     ...
//     struct lockdep_map dep_map;
//   };
//   my_lock_init():    lockdep_init_map(&lock->dep_map, "my_lock", &key, 0);
//   my_lock_lock():    lock_acquire(&lock->dep_map, 0, 0, 0, 1, NULL, _RET_IP_);  before it waits
//   my_lock_unlock():  lock_release(&lock->dep_map, _RET_IP_);                    before it lets go
//
// Link lockdep::kernel, or `pkg-config lockdep-kernel`.  A finding is a line on
// standard error; docs/api.md tells how to get the whole report.
//
// What differs from the kernel: validation goes on after a finding (debug_locks
// tells that there was one); nothing has a fixed size; a task is a thread, and
// what the kernel keeps for each CPU belongs to the thread.
//
// Thread safety: everything may be called by any thread and in a signal handler.
// Nothing allocates with malloc, and nothing fails: when memory ends, validation
// stops with one line and the program goes on.
//
// Source: linux v6.12 include/linux/lockdep.h and lockdep_types.h.

#ifndef LOCKDEP_KERNEL_H_
#define LOCKDEP_KERNEL_H_

#include "lockdep/kernel/acquire.h"    // IWYU pragma: export
#include "lockdep/kernel/assert.h"     // IWYU pragma: export
#include "lockdep/kernel/context.h"    // IWYU pragma: export
#include "lockdep/kernel/control.h"    // IWYU pragma: export
#include "lockdep/kernel/finding.h"    // IWYU pragma: export
#include "lockdep/kernel/lock_stat.h"  // IWYU pragma: export
#include "lockdep/kernel/map.h"        // IWYU pragma: export
#include "lockdep/kernel/order.h"      // IWYU pragma: export
#include "lockdep/kernel/rcu.h"        // IWYU pragma: export

#endif  // LOCKDEP_KERNEL_H_
