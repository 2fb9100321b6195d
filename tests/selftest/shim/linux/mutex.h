// The mutex: waits as LD_WAIT_SLEEP, every acquisition is a write.  It knows its
// owner, because a try must fail on a lock that is taken.
//
// Source: linux v6.12 include/linux/mutex.h, kernel/locking/mutex.c, mutex-debug.c.

#ifndef SHIM_LINUX_MUTEX_H_
#define SHIM_LINUX_MUTEX_H_

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/sched.h>

struct mutex {
  struct task_struct* owner;
  struct lockdep_map dep_map;
};

#define DEFINE_MUTEX(lock) \
  struct mutex lock = {.dep_map = {.name = #lock, .wait_type_inner = LD_WAIT_SLEEP}}

void __mutex_init(struct mutex* lock, const char* name, struct lock_class_key* key);
#define mutex_init(lock)                      \
  do {                                        \
    static struct lock_class_key key_of_line; \
    __mutex_init(lock, #lock, &key_of_line);  \
  } while (0)

void mutex_lock_nested(struct mutex* lock, unsigned int subclass);
static inline void mutex_lock(struct mutex* lock) { mutex_lock_nested(lock, 0); }
// As no signal ever comes, these always succeed.
int __must_check mutex_lock_interruptible(struct mutex* lock);
int __must_check mutex_lock_killable(struct mutex* lock);
void shim_mutex_lock_nest_lock(struct mutex* lock, struct lockdep_map* nest_lock);
#define mutex_lock_nest_lock(lock, nest) shim_mutex_lock_nest_lock(lock, &(nest)->dep_map)
int mutex_trylock(struct mutex* lock);
void mutex_unlock(struct mutex* lock);

// Takes it if it is free, without a word.
bool shim_mutex_take(struct mutex* lock);

DEFINE_LOCK_GUARD_1(mutex, struct mutex, mutex_lock, mutex_unlock)

#endif  // SHIM_LINUX_MUTEX_H_
