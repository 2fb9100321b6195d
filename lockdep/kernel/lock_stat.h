// How long locks are waited for and held, by class: the kernel's lock_stat.
//
// Off by default; then it costs one load for each lock operation, and on it reads
// the clock.  Hold times need nothing from the host: they go from lock_acquire()
// to lock_release().  For wait times a host says when it has to wait:
//
//   lock_acquire(&lock->dep_map, ...);
//   LOCK_CONTENDED(lock, my_try_lock, my_lock_slowly);
//
// Units: nanoseconds of CLOCK_MONOTONIC.  A wait counts only if there was one; the
// hold time of a lock begins when the wait ends.
//
// Thread safety: everything may be called by any thread, and in a signal handler.
//
// Source: linux v6.12 include/linux/lockdep.h; kernel/locking/lockdep.c,
// lock_contended(), lock_acquired(); Documentation/locking/lockstat.rst.

#ifndef LOCKDEP_KERNEL_LOCK_STAT_H_
#define LOCKDEP_KERNEL_LOCK_STAT_H_

#include "lockdep/kernel/acquire.h"

#ifdef __cplusplus
extern "C" {
#endif

// Not 0: locks are timed.  May be changed at any time; the environment
// (LOCKDEP_KERNEL_LOCK_STAT=1) sets it at the start.
extern int lock_stat;

// The thread finds the lock taken, after lock_acquire(), and waits; it has it.
// Ignored where lock_stat was 0 at the acquisition.
void lock_contended(struct lockdep_map* lock, unsigned long ip);
void lock_acquired(struct lockdep_map* lock, unsigned long ip);

// Takes `lock_` with `lock`, which waits, if `try_` cannot have it at once.
#define LOCK_CONTENDED(lock_, try_, lock)           \
  do {                                              \
    if (!try_(lock_)) {                             \
      lock_contended(&(lock_)->dep_map, _THIS_IP_); \
      lock(lock_);                                  \
      lock_acquired(&(lock_)->dep_map, _THIS_IP_);  \
    }                                               \
  } while (0)

struct lockdep_times {
  unsigned long long count;
  unsigned long long min;
  unsigned long long max;
  unsigned long long total;
};

// Of all locks of a class.  `contended_at`: the first places that had to wait, and
// how often; those beyond the end have count 0.
struct lockdep_class_times {
  struct lockdep_times read_wait;
  struct lockdep_times write_wait;
  struct lockdep_times read_hold;
  struct lockdep_times write_hold;
  struct {
    unsigned long pc;
    unsigned long long count;
  } contended_at[4];
};

// What was counted of the class of this lock so far; all 0 if nothing.
void lockdep_times_of(const struct lockdep_map* lock, struct lockdep_class_times* times);

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_LOCK_STAT_H_
