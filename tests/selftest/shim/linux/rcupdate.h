// RCU read sections; lockdep/kernel/rcu.h has what they tell the validator.
//
// Source: linux v6.12 include/linux/rcupdate.h, kernel/rcu/update.c.

#ifndef SHIM_LINUX_RCUPDATE_H_
#define SHIM_LINUX_RCUPDATE_H_

#include <linux/irqflags.h>
#include <linux/lockdep.h>

static inline void rcu_read_lock(void) { rcu_lock_acquire(&rcu_lock_map); }
static inline void rcu_read_unlock(void) { rcu_lock_release(&rcu_lock_map); }

static inline void rcu_read_lock_bh(void) {
  local_bh_disable();
  rcu_lock_acquire(&rcu_bh_lock_map);
}
static inline void rcu_read_unlock_bh(void) {
  rcu_lock_release(&rcu_bh_lock_map);
  local_bh_enable();
}

static inline void rcu_read_lock_sched(void) {
  preempt_disable();
  rcu_lock_acquire(&rcu_sched_lock_map);
}
static inline void rcu_read_unlock_sched(void) {
  rcu_lock_release(&rcu_sched_lock_map);
  preempt_enable();
}

#endif  // SHIM_LINUX_RCUPDATE_H_
