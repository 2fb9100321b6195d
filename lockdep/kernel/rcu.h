// RCU: read sections are pseudo-locks that never wait; dereferencing is checked.
//
// A host's rcu_read_lock() says rcu_lock_acquire(&rcu_lock_map), and so on.
//
// Source: linux v6.12 include/linux/rcupdate.h, kernel/rcu/update.c.

#ifndef LOCKDEP_KERNEL_RCU_H_
#define LOCKDEP_KERNEL_RCU_H_

#include <stdbool.h>

#include "lockdep/kernel/assert.h"

#ifdef __cplusplus
extern "C" {
#endif

extern struct lockdep_map rcu_lock_map;
extern struct lockdep_map rcu_bh_lock_map;
extern struct lockdep_map rcu_sched_lock_map;
extern struct lockdep_map rcu_callback_map;

static inline void rcu_lock_acquire(struct lockdep_map* map) {
  lock_acquire(map, 0, 0, 2, 0, NULL, _THIS_IP_);
}
static inline void rcu_try_lock_acquire(struct lockdep_map* map) {
  lock_acquire(map, 0, 1, 2, 0, NULL, _THIS_IP_);
}
static inline void rcu_lock_release(struct lockdep_map* map) { lock_release(map, _THIS_IP_); }

// True as well where nobody knows: these guard assertions.
static inline bool rcu_read_lock_held(void) {
  return lock_is_held(&rcu_lock_map) != LOCK_STATE_NOT_HELD;
}
static inline bool rcu_read_lock_bh_held(void) {
  return lock_is_held(&rcu_bh_lock_map) != LOCK_STATE_NOT_HELD;
}
static inline bool rcu_read_lock_sched_held(void) {
  return lock_is_held(&rcu_sched_lock_map) != LOCK_STATE_NOT_HELD;
}

// A finding of kind rcu-usage; told once for each place.
void lockdep_rcu_suspicious(const char* file, int line, const char* rule);

#define RCU_LOCKDEP_WARN(condition, rule)                            \
  do {                                                               \
    if (condition) lockdep_rcu_suspicious(__FILE__, __LINE__, rule); \
  } while (0)

// The pointer, to be used inside a read section or where `condition` holds.
#define rcu_dereference_check(pointer, condition)                 \
  __extension__({                                                 \
    RCU_LOCKDEP_WARN(!((condition) || rcu_read_lock_held()),      \
                     "suspicious rcu_dereference_check() usage"); \
    __atomic_load_n(&(pointer), __ATOMIC_CONSUME);                \
  })
#define rcu_dereference(pointer) rcu_dereference_check(pointer, 0)
// The pointer, to be used where `condition` keeps everybody from changing it.
#define rcu_dereference_protected(pointer, condition)                               \
  __extension__({                                                                   \
    RCU_LOCKDEP_WARN(!(condition), "suspicious rcu_dereference_protected() usage"); \
    (pointer);                                                                      \
  })

// For a host's synchronize_rcu(): it waits for all readers, so it must not be one.
#define RCU_LOCKDEP_WARN_IN_READER(what)                                     \
  RCU_LOCKDEP_WARN(lock_is_held(&rcu_lock_map) == LOCK_STATE_HELD ||         \
                       lock_is_held(&rcu_bh_lock_map) == LOCK_STATE_HELD ||  \
                       lock_is_held(&rcu_sched_lock_map) == LOCK_STATE_HELD, \
                   "Illegal " what " in RCU read-side critical section")

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_RCU_H_
