// The events of a lock: it is waited for, taken, changed, released.
//
// `ip` says where, and is what a finding shows: _RET_IP_ in a function that is
// called by whoever takes the lock, _THIS_IP_ in a macro.
//
// Source: linux v6.12 include/linux/lockdep.h.

#ifndef LOCKDEP_KERNEL_ACQUIRE_H_
#define LOCKDEP_KERNEL_ACQUIRE_H_

#include <stdbool.h>
#include <stddef.h>

#include "lockdep/kernel/map.h"

#ifdef __cplusplus
extern "C" {
#endif

#define _RET_IP_ ((unsigned long)__builtin_return_address(0))
// The caller of the function that an ip of 0 is passed to.
#define _THIS_IP_ 0UL

// Before a lock is waited for (trylock 0), or after a try succeeded (1).
//   subclass   nesting level within the class, below MAX_LOCKDEP_SUBCLASSES
//   read       0 write, 1 read, 2 read that may recurse while a writer queues
//   check      0: only that it is released and outlives its holder; 1: all rules
//   nest_lock  a held lock that serialises taking several of this class; or NULL
// Reported (invalid-lock-state): a lock outside static memory that was never
// initialised, whose events are ignored; a subclass or read out of range, with which
// the lock is held and takes part in no rule.
void lock_acquire(struct lockdep_map* lock, unsigned int subclass, int trylock, int read, int check,
                  struct lockdep_map* nest_lock, unsigned long ip);

// Reported: the thread does not hold it (unlock-unheld, unlock-by-other-thread).
void lock_release(struct lockdep_map* lock, unsigned long ip);

// Waits for those who hold the lock, without taking it: as lock_acquire() and
// lock_release(), but nothing can come between.
void lock_sync(struct lockdep_map* lock, unsigned int subclass, int read, int check,
               struct lockdep_map* nest_lock, unsigned long ip);

// A held write lock becomes a read lock.  Reported (invalid-lock-state): it is
// held for reading already, or not at all.
void lock_downgrade(struct lockdep_map* lock, unsigned long ip);

// A held lock moves to another class, and what was taken after it is checked
// anew.  Reported (invalid-lock-state): it is not held.
void lock_set_class(struct lockdep_map* lock, const char* name, struct lock_class_key* key,
                    unsigned int subclass, unsigned long ip);
#define lock_set_novalidate_class(l, n, i) lock_set_class(l, n, &__lockdep_no_validate__, 0, i)
static inline void lock_set_subclass(struct lockdep_map* lock, unsigned int subclass,
                                     unsigned long ip) {
  lock_set_class(lock, lock->name, lock->key, subclass, ip);
}

// A pinned lock must stay held until each cookie was given back.  Reported
// (pin-violated): it is released, is not held when it is pinned, or the cookie is
// not one of its own.
struct pin_cookie {
  unsigned int val;
};
#define NIL_COOKIE ((struct pin_cookie){0U})
struct pin_cookie lock_pin_lock(struct lockdep_map* lock);
void lock_repin_lock(struct lockdep_map* lock, struct pin_cookie cookie);
void lock_unpin_lock(struct lockdep_map* lock, struct pin_cookie cookie);
#define lockdep_pin_lock(l) lock_pin_lock(&(l)->dep_map)
#define lockdep_repin_lock(l, c) lock_repin_lock(&(l)->dep_map, (c))
#define lockdep_unpin_lock(l, c) lock_unpin_lock(&(l)->dep_map, (c))

#define lock_acquire_exclusive(l, s, t, n, i) lock_acquire(l, s, t, 0, 1, n, i)
#define lock_acquire_shared(l, s, t, n, i) lock_acquire(l, s, t, 1, 1, n, i)
#define lock_acquire_shared_recursive(l, s, t, n, i) lock_acquire(l, s, t, 2, 1, n, i)

#define spin_acquire(l, s, t, i) lock_acquire_exclusive(l, s, t, NULL, i)
#define spin_acquire_nest(l, s, t, n, i) lock_acquire_exclusive(l, s, t, n, i)
#define spin_release(l, i) lock_release(l, i)

#define rwlock_acquire(l, s, t, i) lock_acquire_exclusive(l, s, t, NULL, i)
#define rwlock_acquire_read(l, s, t, i) \
  lock_acquire(l, s, t, read_lock_is_recursive() ? 2 : 1, 1, NULL, i)
#define rwlock_release(l, i) lock_release(l, i)

#define seqcount_acquire(l, s, t, i) lock_acquire_exclusive(l, s, t, NULL, i)
#define seqcount_acquire_read(l, s, t, i) lock_acquire_shared_recursive(l, s, t, NULL, i)
#define seqcount_release(l, i) lock_release(l, i)

#define mutex_acquire(l, s, t, i) lock_acquire_exclusive(l, s, t, NULL, i)
#define mutex_acquire_nest(l, s, t, n, i) lock_acquire_exclusive(l, s, t, n, i)
#define mutex_release(l, i) lock_release(l, i)

#define rwsem_acquire(l, s, t, i) lock_acquire_exclusive(l, s, t, NULL, i)
#define rwsem_acquire_nest(l, s, t, n, i) lock_acquire_exclusive(l, s, t, n, i)
#define rwsem_acquire_read(l, s, t, i) lock_acquire_shared(l, s, t, NULL, i)
#define rwsem_release(l, i) lock_release(l, i)

#define lock_map_acquire(l) lock_acquire_exclusive(l, 0, 0, NULL, _THIS_IP_)
#define lock_map_acquire_try(l) lock_acquire_exclusive(l, 0, 1, NULL, _THIS_IP_)
#define lock_map_acquire_read(l) lock_acquire_shared_recursive(l, 0, 0, NULL, _THIS_IP_)
#define lock_map_acquire_tryread(l) lock_acquire_shared_recursive(l, 0, 1, NULL, _THIS_IP_)
#define lock_map_release(l) lock_release(l, _THIS_IP_)
#define lock_map_sync(l) lock_sync(l, 0, 0, 1, NULL, _THIS_IP_)

// "This function may take the lock", said where it does not, so that a path
// that rarely does is checked each time.
#define might_lock(lock) might_lock_subclass_(lock, 0, 0)
#define might_lock_read(lock) might_lock_subclass_(lock, 0, 1)
#define might_lock_nested(lock, subclass) might_lock_subclass_(lock, subclass, 1)
#define might_lock_subclass_(lock, subclass, read)                         \
  do {                                                                     \
    lock_acquire(&(lock)->dep_map, subclass, 0, read, 1, NULL, _THIS_IP_); \
    lock_release(&(lock)->dep_map, _THIS_IP_);                             \
  } while (0)

// For trivial nesting: one lock of a class under another.
#define SINGLE_DEPTH_NESTING 1

// Whether a reader of a queued rwlock need not fear queued writers: in interrupt
// context, or when force_read_lock_recursive says so.
bool read_lock_is_recursive(void);
extern unsigned int force_read_lock_recursive;

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_ACQUIRE_H_
