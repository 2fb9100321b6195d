// Questions and assertions: whether this thread holds a lock.
//
// An assertion that fails is a finding (invalid-lock-state) and nothing else.
//
// Source: linux v6.12 include/linux/lockdep.h, debug_locks.h.

#ifndef LOCKDEP_KERNEL_ASSERT_H_
#define LOCKDEP_KERNEL_ASSERT_H_

#include <stdbool.h>

#include "lockdep/kernel/acquire.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LOCK_STATE_UNKNOWN (-1)  // Nobody watches: validation is off for this thread or ended.
#define LOCK_STATE_NOT_HELD 0
#define LOCK_STATE_HELD 1

// `read`: -1 in any way, 0 for writing, 1 for reading.
int lock_is_held_type(const struct lockdep_map* lock, int read);

static inline int lock_is_held(const struct lockdep_map* lock) {
  return lock_is_held_type(lock, -1);
}

#define lockdep_is_held(lock) lock_is_held(&(lock)->dep_map)
#define lockdep_is_held_type(lock, read) lock_is_held_type(&(lock)->dep_map, (read))

// Says that `rule` was found broken: a finding of kind invalid-lock-state, told
// once for each place.  `lock` may be null; `rule` must live as long as the
// program.
void lockdep_report_broken_rule(const struct lockdep_map* lock, const char* rule, unsigned long ip);

// Evaluates to the truth of the condition.
#define DEBUG_LOCKS_WARN_ON(condition) \
  lockdep_warn_on_(!!(condition), NULL, "DEBUG_LOCKS_WARN_ON(" #condition ")")

// Inlined always: the place is that of the caller.  Nothing may make the call the caller's last
// jump, or the place would be that of the caller's caller.
__attribute__((always_inline)) static inline bool lockdep_warn_on_(bool broken,
                                                                   const struct lockdep_map* lock,
                                                                   const char* rule) {
  if (broken) {
    lockdep_report_broken_rule(lock, rule, _THIS_IP_);
    __asm__ volatile("");
  }
  return broken;
}

#define lockdep_assert(condition) \
  ((void)lockdep_warn_on_(!(condition), NULL, "lockdep_assert(" #condition ")"))
#define lockdep_assert_once(condition) lockdep_assert(condition)

#define lockdep_assert_lock_(lock, condition, rule) \
  ((void)lockdep_warn_on_(!(condition), &(lock)->dep_map, rule "(" #lock ")"))

#define lockdep_assert_held(lock) \
  lockdep_assert_lock_(lock, lockdep_is_held(lock) != LOCK_STATE_NOT_HELD, "lockdep_assert_held")
#define lockdep_assert_not_held(lock) \
  lockdep_assert_lock_(lock, lockdep_is_held(lock) != LOCK_STATE_HELD, "lockdep_assert_not_held")
#define lockdep_assert_held_write(lock) \
  lockdep_assert_lock_(lock, lockdep_is_held_type(lock, 0), "lockdep_assert_held_write")
#define lockdep_assert_held_read(lock) \
  lockdep_assert_lock_(lock, lockdep_is_held_type(lock, 1), "lockdep_assert_held_read")
#define lockdep_assert_held_once(lock) lockdep_assert_held(lock)

// How many locks this thread holds.
unsigned int lockdep_depth_of_thread(void);
#define lockdep_assert_none_held_once() lockdep_assert(lockdep_depth_of_thread() == 0)

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_ASSERT_H_
