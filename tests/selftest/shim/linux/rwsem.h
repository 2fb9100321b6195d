// The reader-writer semaphore: waits as LD_WAIT_SLEEP; its readers never recurse.
//
// Source: linux v6.12 include/linux/rwsem.h, kernel/locking/rwsem.c.

#ifndef SHIM_LINUX_RWSEM_H_
#define SHIM_LINUX_RWSEM_H_

#include <linux/lockdep.h>

struct rw_semaphore {
  struct lockdep_map dep_map;
};

#define DECLARE_RWSEM(lock) \
  struct rw_semaphore lock = {.dep_map = {.name = #lock, .wait_type_inner = LD_WAIT_SLEEP}}

static inline void __init_rwsem(struct rw_semaphore* sem, const char* name,
                                struct lock_class_key* key) {
  debug_check_no_locks_freed(sem, sizeof *sem);
  lockdep_init_map_wait(&sem->dep_map, name, key, 0, LD_WAIT_SLEEP);
}
#define init_rwsem(sem)                       \
  do {                                        \
    static struct lock_class_key key_of_line; \
    __init_rwsem(sem, #sem, &key_of_line);    \
  } while (0)

#define down_write(sem) down_write_nested(sem, 0)
#define down_write_nested(sem, subclass) rwsem_acquire(&(sem)->dep_map, subclass, 0, _THIS_IP_)
#define down_write_nest_lock(sem, nest) \
  rwsem_acquire_nest(&(sem)->dep_map, 0, 0, &(nest)->dep_map, _THIS_IP_)
#define down_read(sem) down_read_nested(sem, 0)
#define down_read_nested(sem, subclass) rwsem_acquire_read(&(sem)->dep_map, subclass, 0, _THIS_IP_)
// Nobody else takes them, so a try succeeds.
#define down_write_trylock(sem)                      \
  __extension__({                                    \
    rwsem_acquire(&(sem)->dep_map, 0, 1, _THIS_IP_); \
    1;                                               \
  })
#define down_read_trylock(sem)                            \
  __extension__({                                         \
    rwsem_acquire_read(&(sem)->dep_map, 0, 1, _THIS_IP_); \
    1;                                                    \
  })
#define up_write(sem) rwsem_release(&(sem)->dep_map, _THIS_IP_)
#define up_read(sem) rwsem_release(&(sem)->dep_map, _THIS_IP_)
#define downgrade_write(sem) lock_downgrade(&(sem)->dep_map, _THIS_IP_)

#endif  // SHIM_LINUX_RWSEM_H_
