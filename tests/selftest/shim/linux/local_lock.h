// The local lock: guards data of this CPU against this CPU's own interruptions.
//
// Source: linux v6.12 include/linux/local_lock_internal.h.

#ifndef SHIM_LINUX_LOCAL_LOCK_H_
#define SHIM_LINUX_LOCAL_LOCK_H_

#include <linux/lockdep.h>
#include <linux/sched.h>

#include "lockdep/kernel/local_lock.h"

#define DEFINE_PER_CPU(type, name) type name
#define this_cpu_ptr(pointer) (pointer)

typedef struct {
  struct lockdep_map dep_map;
  struct task_struct* owner;
} local_lock_t;

void shim_local_lock_init(local_lock_t* lock, const char* name, struct lock_class_key* key);
#define local_lock_init(lock)                        \
  do {                                               \
    static struct lock_class_key key_of_line;        \
    shim_local_lock_init(lock, #lock, &key_of_line); \
  } while (0)

void local_lock(local_lock_t* lock);
void local_unlock(local_lock_t* lock);

#endif  // SHIM_LINUX_LOCAL_LOCK_H_
