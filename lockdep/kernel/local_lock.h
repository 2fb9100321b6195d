// Local locks: they guard data of one CPU, or of one thread, against whatever
// interrupts it.  Nobody else waits for them, so that they order nothing across
// contexts: what is taken under one in an interrupt and with interrupts on is not
// connected by it.
//
// Thread safety: as for lock_acquire().
//
// Source: linux v6.12 include/linux/local_lock_internal.h.

#ifndef LOCKDEP_KERNEL_LOCAL_LOCK_H_
#define LOCKDEP_KERNEL_LOCAL_LOCK_H_

#include "lockdep/kernel/assert.h"

#ifdef __cplusplus
extern "C" {
#endif

// The map of a local lock in static memory; others use lockdep_init_local_lock().
#define LOCAL_LOCKDEP_MAP_INIT(lock_name)                                                     \
  {                                                                                           \
    .key = NULL, .name = lock_name, .wait_type_outer = LD_WAIT_INV,                           \
    .wait_type_inner = LD_WAIT_CONFIG, .lock_type = LD_LOCK_PERCPU, .kind = 0, .subclass = 0, \
    .state = 0, .map = {0},                                                                   \
  }

static inline void lockdep_init_local_lock(struct lockdep_map* lock, const char* name,
                                           struct lock_class_key* key) {
  lockdep_init_map_type(lock, name, key, 0, LD_WAIT_CONFIG, LD_WAIT_INV, LD_LOCK_PERCPU);
}

// `lock` is a pointer to what has a dep_map.
#define local_lock_acquire(lock) lock_map_acquire(&(lock)->dep_map)
#define local_trylock_acquire(lock) lock_map_acquire_try(&(lock)->dep_map)
#define local_lock_release(lock) lock_map_release(&(lock)->dep_map)

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_LOCAL_LOCK_H_
