#include "tests/selftest/lock_kinds.h"

#include <linux/local_lock.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/ww_mutex.h>

// The functions of one kind.  INIT makes the lock at `lock`; its class is set after it.
#define DEFINE_KIND(kind, type, INIT, LOCK, TRYLOCK, UNLOCK)                        \
  static void* column_##kind##_make(const char* name, struct lock_class_key* key) { \
    type* lock = calloc(1, sizeof *lock);                                           \
    INIT(lock);                                                                     \
    lockdep_set_class_and_name(lock, key, name);                                    \
    return lock;                                                                    \
  }                                                                                 \
  static void column_##kind##_destroy(void* lock) {                                 \
    debug_check_no_locks_freed(lock, sizeof(type));                                 \
    free(lock);                                                                     \
  }                                                                                 \
  static void column_##kind##_lock(void* lock) { LOCK((type*)lock); }               \
  static bool column_##kind##_try_lock(void* lock) { return TRYLOCK((type*)lock); } \
  static void column_##kind##_unlock(void* lock) { UNLOCK((type*)lock); }

#define KIND_FUNCTIONS(kind)                                                       \
  .name = #kind, .make = column_##kind##_make, .destroy = column_##kind##_destroy, \
  .lock = column_##kind##_lock, .try_lock = column_##kind##_try_lock,              \
  .unlock = column_##kind##_unlock

DEFINE_KIND(raw_spinlock, raw_spinlock_t, raw_spin_lock_init, raw_spin_lock, raw_spin_trylock,
            raw_spin_unlock)
DEFINE_KIND(spinlock, spinlock_t, spin_lock_init, spin_lock, spin_trylock, spin_unlock)
DEFINE_KIND(rwlock_write, rwlock_t, rwlock_init, write_lock, write_trylock, write_unlock)
DEFINE_KIND(rwlock_read, rwlock_t, rwlock_init, read_lock, read_trylock, read_unlock)
DEFINE_KIND(mutex, struct mutex, mutex_init, mutex_lock, mutex_trylock, mutex_unlock)
DEFINE_KIND(rwsem_write, struct rw_semaphore, init_rwsem, down_write, down_write_trylock, up_write)
DEFINE_KIND(rwsem_read, struct rw_semaphore, init_rwsem, down_read, down_read_trylock, up_read)
DEFINE_KIND(rt_mutex, struct rt_mutex, rt_mutex_init, rt_mutex_lock, rt_mutex_trylock,
            rt_mutex_unlock)

static void raw_spinlock_nested(void* lock, unsigned int subclass) {
  raw_spin_lock_nested((raw_spinlock_t*)lock, subclass);
}
static void spinlock_nested(void* lock, unsigned int subclass) {
  spin_lock_nested((spinlock_t*)lock, subclass);
}
static void rwlock_write_nested(void* lock, unsigned int subclass) {
  write_lock_nested((rwlock_t*)lock, subclass);
}
static void mutex_nested(void* lock, unsigned int subclass) { mutex_lock_nested(lock, subclass); }
static void rwsem_write_nested(void* lock, unsigned int subclass) {
  down_write_nested((struct rw_semaphore*)lock, subclass);
}
static void rwsem_read_nested(void* lock, unsigned int subclass) {
  down_read_nested((struct rw_semaphore*)lock, subclass);
}
static void rt_mutex_nested(void* lock, unsigned int subclass) {
  rt_mutex_lock_nested((struct rt_mutex*)lock, subclass);
}

static void raw_spinlock_nest(void* lock, void* nest) {
  raw_spin_lock_nest_lock((raw_spinlock_t*)lock, (spinlock_t*)nest);
}
static void spinlock_nest(void* lock, void* nest) {
  spin_lock_nest_lock((spinlock_t*)lock, (spinlock_t*)nest);
}
static void rwsem_write_downgrade(void* lock) { downgrade_write((struct rw_semaphore*)lock); }

// Local locks have no trylock: one that succeeds is told as one.
static bool local_trylock(local_lock_t* lock) {
  preempt_disable();
  local_trylock_acquire(lock);
  lock->owner = current;
  return true;
}
DEFINE_KIND(local_lock, local_lock_t, local_lock_init, local_lock, local_trylock, local_unlock)

// All wound/wait mutexes are of one class: their contexts order them.
static DEFINE_WD_CLASS(matrix_ww);
static _Thread_local struct ww_acquire_ctx ww_context;
static _Thread_local bool has_ww_context;

static struct ww_acquire_ctx* context_of_thread(void) {
  if (!has_ww_context) ww_acquire_init(&ww_context, &matrix_ww);
  has_ww_context = true;
  return &ww_context;
}

void end_ww_context(void) {
  if (!has_ww_context) return;
  has_ww_context = false;
  ww_acquire_fini(&ww_context);
}

static void* ww_mutex_make(const char* name, struct lock_class_key* key) {
  (void)name;
  (void)key;
  struct ww_mutex* lock = calloc(1, sizeof *lock);
  ww_mutex_init(lock, &matrix_ww);
  return lock;
}
static void ww_mutex_destroy(void* lock) {
  debug_check_no_locks_freed(lock, sizeof(struct ww_mutex));
  free(lock);
}
static void ww_mutex_take(void* lock) { WARN_ON(ww_mutex_lock(lock, context_of_thread()) != 0); }
static bool ww_mutex_try(void* lock) { return ww_mutex_trylock(lock, context_of_thread()); }
static void ww_mutex_release(void* lock) { ww_mutex_unlock(lock); }

const struct lock_kind kernel_lock_kinds[] = {
    {KIND_FUNCTIONS(raw_spinlock), .lock_nested = raw_spinlock_nested,
     .lock_nest_lock = raw_spinlock_nest},
    {KIND_FUNCTIONS(spinlock), .lock_nested = spinlock_nested, .lock_nest_lock = spinlock_nest},
    {KIND_FUNCTIONS(rwlock_write), .lock_nested = rwlock_write_nested},
    {KIND_FUNCTIONS(rwlock_read)},
    {KIND_FUNCTIONS(mutex), .lock_nested = mutex_nested},
    {KIND_FUNCTIONS(rwsem_write), .lock_nested = rwsem_write_nested,
     .downgrade = rwsem_write_downgrade},
    {KIND_FUNCTIONS(rwsem_read), .lock_nested = rwsem_read_nested},
    {KIND_FUNCTIONS(rt_mutex), .lock_nested = rt_mutex_nested},
    {KIND_FUNCTIONS(local_lock)},
    {.name = "ww_mutex",
     .make = ww_mutex_make,
     .destroy = ww_mutex_destroy,
     .lock = ww_mutex_take,
     .try_lock = ww_mutex_try,
     .unlock = ww_mutex_release},
};
const size_t kernel_lock_kind_count = sizeof kernel_lock_kinds / sizeof kernel_lock_kinds[0];

const struct lock_kind* kernel_lock_kind(const char* name) {
  for (size_t i = 0; i < kernel_lock_kind_count; ++i) {
    if (strcmp(kernel_lock_kinds[i].name, name) == 0) return &kernel_lock_kinds[i];
  }
  abort();
}
