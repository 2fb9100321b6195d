// A class whose locks have an order of their own: by address, by number, by depth
// in a tree.  Taking one under another is then right if the order says so, at any
// depth and without subclasses.
//
// Source: linux v6.12 include/linux/lockdep.h, lockdep_set_lock_cmp_fn();
// kernel/locking/lockdep.c, check_deadlock(), check_prev_add().

#ifndef LOCKDEP_KERNEL_ORDER_H_
#define LOCKDEP_KERNEL_ORDER_H_

#include "lockdep/kernel/map.h"

#ifdef __cplusplus
extern "C" {
#endif

// Below 0 if `a` is taken before `b`.  Both are locks of one class, `a` is held.
// Called before each acquisition under a lock of the class; must take no lock.
typedef int (*lock_cmp_fn)(const struct lockdep_map* a, const struct lockdep_map* b);
// Writes what a report should say of a lock.  Never called: who reads the report
// is not in the process.  May be null.
typedef void (*lock_print_fn)(const struct lockdep_map* map);

// From now on the class of this lock has this order; null: none.  Each
// acquisition is held against it, not only the first.  A lock that is not before
// the one taken under it is a recursive-lock.  Reported (invalid-lock-state): the
// class has another order already, or the map was never initialised.
void lockdep_set_lock_cmp_fn(struct lockdep_map* lock, lock_cmp_fn compare, lock_print_fn print);
#define lock_set_cmp_fn(lock, ...) lockdep_set_lock_cmp_fn(&(lock)->dep_map, __VA_ARGS__)

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_ORDER_H_
