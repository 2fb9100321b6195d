// The mutex with priority inheritance: tells the validator what a mutex tells.
//
// Source: linux v6.12 include/linux/rtmutex.h, kernel/locking/rtmutex_api.c.

#ifndef SHIM_LINUX_RTMUTEX_H_
#define SHIM_LINUX_RTMUTEX_H_

#include <linux/lockdep.h>

struct rt_mutex {
  struct lockdep_map dep_map;
};

#define DEFINE_RT_MUTEX(lock) \
  struct rt_mutex lock = {.dep_map = {.name = #lock, .wait_type_inner = LD_WAIT_SLEEP}}

static inline void __rt_mutex_init(struct rt_mutex* lock, const char* name,
                                   struct lock_class_key* key) {
  debug_check_no_locks_freed(lock, sizeof *lock);
  lockdep_init_map_wait(&lock->dep_map, name, key, 0, LD_WAIT_SLEEP);
}
#define rt_mutex_init(lock)                     \
  do {                                          \
    static struct lock_class_key key_of_line;   \
    __rt_mutex_init(lock, #lock, &key_of_line); \
  } while (0)

#define rt_mutex_lock(lock) rt_mutex_lock_nested(lock, 0)
#define rt_mutex_lock_nested(lock, subclass) mutex_acquire(&(lock)->dep_map, subclass, 0, _THIS_IP_)
#define rt_mutex_trylock(lock)                        \
  __extension__({                                     \
    mutex_acquire(&(lock)->dep_map, 0, 1, _THIS_IP_); \
    1;                                                \
  })
#define rt_mutex_unlock(lock) mutex_release(&(lock)->dep_map, _THIS_IP_)

#endif  // SHIM_LINUX_RTMUTEX_H_
