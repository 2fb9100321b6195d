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

// In any of them.
static inline bool rcu_read_lock_any_held(void) {
  return rcu_read_lock_held() || rcu_read_lock_bh_held() || rcu_read_lock_sched_held();
}

// Sleepable RCU: each srcu_struct of the host has a map of its own.
static inline void srcu_lock_acquire(struct lockdep_map* map) {
  lock_acquire(map, 0, 0, 1, 1, NULL, _THIS_IP_);
}
static inline void srcu_lock_release(struct lockdep_map* map) { lock_release(map, _THIS_IP_); }
// For a host's synchronize_srcu(): waits for all readers of this one.
static inline void srcu_lock_sync(struct lockdep_map* map) { lock_map_sync(map); }
#define srcu_read_lock_held(ssp) (lock_is_held(&(ssp)->dep_map) != LOCK_STATE_NOT_HELD)

// Findings of kind rcu-usage where they do not hold.
#define lockdep_assert_in_rcu_read_lock() \
  RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "lockdep_assert_in_rcu_read_lock()")
#define lockdep_assert_in_rcu_read_lock_bh() \
  RCU_LOCKDEP_WARN(!rcu_read_lock_bh_held(), "lockdep_assert_in_rcu_read_lock_bh()")
#define lockdep_assert_in_rcu_read_lock_sched() \
  RCU_LOCKDEP_WARN(!rcu_read_lock_sched_held(), "lockdep_assert_in_rcu_read_lock_sched()")
#define lockdep_assert_in_rcu_reader() \
  RCU_LOCKDEP_WARN(!rcu_read_lock_any_held(), "lockdep_assert_in_rcu_reader()")

// "This may sleep": no reader of RCU does.
#define rcu_sleep_check()                                                               \
  do {                                                                                  \
    RCU_LOCKDEP_WARN(lock_is_held(&rcu_lock_map) == LOCK_STATE_HELD,                    \
                     "Illegal context switch in RCU read-side critical section");       \
    RCU_LOCKDEP_WARN(lock_is_held(&rcu_bh_lock_map) == LOCK_STATE_HELD,                 \
                     "Illegal context switch in RCU-bh read-side critical section");    \
    RCU_LOCKDEP_WARN(lock_is_held(&rcu_sched_lock_map) == LOCK_STATE_HELD,              \
                     "Illegal context switch in RCU-sched read-side critical section"); \
  } while (0)

// A finding of kind rcu-usage; told once for each place.
void lockdep_rcu_suspicious(const char* file, int line, const char* rule);

#define RCU_LOCKDEP_WARN(condition, rule)                            \
  do {                                                               \
    if (condition) lockdep_rcu_suspicious(__FILE__, __LINE__, rule); \
  } while (0)

// The pointer, to be used inside a read section or where `condition` holds.
#define rcu_dereference_check(pointer, condition) \
  rcu_dereference_where_(pointer, (condition) || rcu_read_lock_held(), "rcu_dereference_check()")
#define rcu_dereference(pointer) rcu_dereference_check(pointer, 0)
#define rcu_dereference_bh_check(pointer, condition)                      \
  rcu_dereference_where_(pointer, (condition) || rcu_read_lock_bh_held(), \
                         "rcu_dereference_bh_check()")
#define rcu_dereference_bh(pointer) rcu_dereference_bh_check(pointer, 0)
#define rcu_dereference_sched_check(pointer, condition)                      \
  rcu_dereference_where_(pointer, (condition) || rcu_read_lock_sched_held(), \
                         "rcu_dereference_sched_check()")
#define rcu_dereference_sched(pointer) rcu_dereference_sched_check(pointer, 0)
#define srcu_dereference_check(pointer, ssp, condition)                    \
  rcu_dereference_where_(pointer, (condition) || srcu_read_lock_held(ssp), \
                         "srcu_dereference_check()")
#define srcu_dereference(pointer, ssp) srcu_dereference_check(pointer, ssp, 0)
#define rcu_dereference_where_(pointer, condition, name)         \
  __extension__({                                                \
    RCU_LOCKDEP_WARN(!(condition), "suspicious " name " usage"); \
    __atomic_load_n(&(pointer), __ATOMIC_CONSUME);               \
  })
// The pointer's value, to be compared and not followed: no check.
#define rcu_access_pointer(pointer) __atomic_load_n(&(pointer), __ATOMIC_RELAXED)
// What readers may follow from now on.
#define rcu_assign_pointer(pointer, value) __atomic_store_n(&(pointer), value, __ATOMIC_RELEASE)
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
