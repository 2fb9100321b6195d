// The wound/wait mutex: several of one class may be taken under one context,
// which is the nest lock of them all.  Who would wait for an older context is
// sent back with -EDEADLK, releases all, and takes the contended one first.
//
// Source: linux v6.12 include/linux/ww_mutex.h, kernel/locking/ww_mutex.h,
// Documentation/locking/ww-mutex-design.rst.

#ifndef SHIM_LINUX_WW_MUTEX_H_
#define SHIM_LINUX_WW_MUTEX_H_

#include <linux/mutex.h>

#define DEBUG_WW_MUTEXES

struct ww_class {
  atomic_long stamp;
  struct lock_class_key acquire_key;
  struct lock_class_key mutex_key;
  const char* acquire_name;
  const char* mutex_name;
  unsigned int is_wait_die;
};

struct ww_mutex {
  struct mutex base;
  struct ww_acquire_ctx* ctx;
  struct ww_class* ww_class;
};

struct ww_acquire_ctx {
  struct task_struct* task;
  unsigned long stamp;  // The smaller is the older.
  unsigned int acquired;
  unsigned short is_wait_die;
  unsigned int done_acquire;
  struct ww_class* ww_class;
  struct ww_mutex* contending_lock;  // What the last -EDEADLK was about.
  struct lockdep_map dep_map;
};

#define SHIM_DEFINE_WW_CLASS(name, wait_die) \
  struct ww_class name = {                   \
      .acquire_name = #name "_acquire", .mutex_name = #name "_mutex", .is_wait_die = wait_die}
#define DEFINE_WD_CLASS(name) SHIM_DEFINE_WW_CLASS(name, 1)
#define DEFINE_WW_CLASS(name) SHIM_DEFINE_WW_CLASS(name, 0)

void ww_mutex_init(struct ww_mutex* lock, struct ww_class* ww_class);
void ww_acquire_init(struct ww_acquire_ctx* ctx, struct ww_class* ww_class);
void ww_acquire_done(struct ww_acquire_ctx* ctx);
void ww_acquire_fini(struct ww_acquire_ctx* ctx);

// 0, -EALREADY, or -EDEADLK.  `ctx` may be null: then it is a mutex.
int ww_mutex_lock(struct ww_mutex* lock, struct ww_acquire_ctx* ctx);
void ww_mutex_lock_slow(struct ww_mutex* lock, struct ww_acquire_ctx* ctx);
int __must_check ww_mutex_trylock(struct ww_mutex* lock, struct ww_acquire_ctx* ctx);
void ww_mutex_unlock(struct ww_mutex* lock);

#endif  // SHIM_LINUX_WW_MUTEX_H_
