// Spinlocks and rwlocks: what each operation tells the validator.  They exclude
// nobody: the suite has one thread.
//
//   operation                  class waits as  event
//   raw_spin_lock              LD_WAIT_SPIN    write
//   spin_lock                  LD_WAIT_CONFIG  write
//   write_lock                 LD_WAIT_CONFIG  write
//   read_lock                  LD_WAIT_CONFIG  read, or recursive read (read_lock_is_recursive)
//
// Source: linux v6.12 include/linux/spinlock_api_smp.h, rwlock_api_smp.h,
// spinlock_types.h, rwlock_types.h, kernel/locking/spinlock_debug.c.

#ifndef SHIM_LINUX_SPINLOCK_H_
#define SHIM_LINUX_SPINLOCK_H_

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>

typedef struct raw_spinlock {
  struct lockdep_map dep_map;
} raw_spinlock_t;

typedef struct spinlock {
  struct lockdep_map dep_map;
} spinlock_t;

typedef struct {
  struct lockdep_map dep_map;
} rwlock_t;

#define DEFINE_RAW_SPINLOCK(lock) \
  raw_spinlock_t lock = {.dep_map = {.name = #lock, .wait_type_inner = LD_WAIT_SPIN}}
#define DEFINE_SPINLOCK(lock) \
  spinlock_t lock = {.dep_map = {.name = #lock, .wait_type_inner = LD_WAIT_CONFIG}}
#define DEFINE_RWLOCK(lock) \
  rwlock_t lock = {.dep_map = {.name = #lock, .wait_type_inner = LD_WAIT_CONFIG}}

// All locks that one line initialises are of one class.
#define SHIM_INIT_LOCK(lock, wait_type)                                         \
  do {                                                                          \
    static struct lock_class_key key_of_line;                                   \
    debug_check_no_locks_freed(lock, sizeof *(lock));                           \
    lockdep_init_map_wait(&(lock)->dep_map, #lock, &key_of_line, 0, wait_type); \
  } while (0)

#define raw_spin_lock_init(lock) SHIM_INIT_LOCK(lock, LD_WAIT_SPIN)
#define spin_lock_init(lock) SHIM_INIT_LOCK(lock, LD_WAIT_CONFIG)
#define rwlock_init(lock) SHIM_INIT_LOCK(lock, LD_WAIT_CONFIG)

// Spinning locks are held with preemption off.
#define SHIM_SPIN_LOCK(acquire) \
  do {                          \
    preempt_disable();          \
    acquire;                    \
  } while (0)
// Nobody else takes them, so a try succeeds.
#define SHIM_SPIN_TRYLOCK(acquire) \
  __extension__({                  \
    SHIM_SPIN_LOCK(acquire);       \
    1;                             \
  })
#define SHIM_SPIN_UNLOCK(lock)                 \
  do {                                         \
    lock_release(&(lock)->dep_map, _THIS_IP_); \
    preempt_enable();                          \
  } while (0)

#define spin_lock(lock) spin_lock_nested(lock, 0)
#define spin_lock_nested(lock, subclass) \
  SHIM_SPIN_LOCK(spin_acquire(&(lock)->dep_map, subclass, 0, _THIS_IP_))
#define spin_lock_nest_lock(lock, nest) \
  SHIM_SPIN_LOCK(spin_acquire_nest(&(lock)->dep_map, 0, 0, &(nest)->dep_map, _THIS_IP_))
#define spin_trylock(lock) SHIM_SPIN_TRYLOCK(spin_acquire(&(lock)->dep_map, 0, 1, _THIS_IP_))
#define spin_unlock(lock) SHIM_SPIN_UNLOCK(lock)

#define raw_spin_lock(lock) spin_lock(lock)
#define raw_spin_lock_nested(lock, subclass) spin_lock_nested(lock, subclass)
#define raw_spin_lock_nest_lock(lock, nest) spin_lock_nest_lock(lock, nest)
#define raw_spin_trylock(lock) spin_trylock(lock)
#define raw_spin_unlock(lock) spin_unlock(lock)

#define write_lock(lock) write_lock_nested(lock, 0)
#define write_lock_nested(lock, subclass) \
  SHIM_SPIN_LOCK(rwlock_acquire(&(lock)->dep_map, subclass, 0, _THIS_IP_))
#define write_trylock(lock) SHIM_SPIN_TRYLOCK(rwlock_acquire(&(lock)->dep_map, 0, 1, _THIS_IP_))
#define write_unlock(lock) SHIM_SPIN_UNLOCK(lock)

#define read_lock(lock) SHIM_SPIN_LOCK(rwlock_acquire_read(&(lock)->dep_map, 0, 0, _THIS_IP_))
#define read_trylock(lock) SHIM_SPIN_TRYLOCK(rwlock_acquire_read(&(lock)->dep_map, 0, 1, _THIS_IP_))
#define read_unlock(lock) SHIM_SPIN_UNLOCK(lock)

DEFINE_LOCK_GUARD_1(raw_spinlock, raw_spinlock_t, raw_spin_lock, raw_spin_unlock)
DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock, spin_unlock)

#endif  // SHIM_LINUX_SPINLOCK_H_
