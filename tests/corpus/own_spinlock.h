// A spinlock on an atomic, as programs make them, that tells of itself.

#ifndef LOCKDEP_TESTS_CORPUS_OWN_SPINLOCK_H_
#define LOCKDEP_TESTS_CORPUS_OWN_SPINLOCK_H_

#include <sched.h>

#include "../../lockdep/annotate.h"

struct own_spinlock {
  char is_held;
};

static inline void own_spin_lock(struct own_spinlock* lock) {
  lockdep_before_lock(lock, LOCKDEP_WRITE);
  while (__atomic_test_and_set(&lock->is_held, __ATOMIC_ACQUIRE)) sched_yield();
}

static inline int own_spin_trylock(struct own_spinlock* lock) {
  if (__atomic_test_and_set(&lock->is_held, __ATOMIC_ACQUIRE)) return 0;
  lockdep_taken(lock, LOCKDEP_WRITE);
  return 1;
}

static inline void own_spin_unlock(struct own_spinlock* lock) {
  lockdep_before_unlock(lock);
  __atomic_clear(&lock->is_held, __ATOMIC_RELEASE);
}

#endif  // LOCKDEP_TESTS_CORPUS_OWN_SPINLOCK_H_
