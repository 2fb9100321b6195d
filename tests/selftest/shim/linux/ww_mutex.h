// The wound/wait mutex: several of one class may be taken under one context,
// which is the nest lock of them all.  Who would wait for an older context is
// sent back with -EDEADLK, releases all, and takes the contended one first.
//
// Source: linux v6.12 include/linux/ww_mutex.h, kernel/locking/ww_mutex.h,
// Documentation/locking/ww-mutex-design.rst.

#ifndef SHIM_LINUX_WW_MUTEX_H_
#define SHIM_LINUX_WW_MUTEX_H_

#include <linux/mutex.h>

#include "lockdep/kernel/ww.h"

#define DEBUG_WW_MUTEXES

struct ww_mutex {
  struct mutex base;
  struct ww_acquire_ctx* ctx;
  struct ww_class* ww_class;
};

void ww_mutex_init(struct ww_mutex* lock, struct ww_class* ww_class);

// 0, -EALREADY, or -EDEADLK.  `ctx` may be null: then it is a mutex.
int ww_mutex_lock(struct ww_mutex* lock, struct ww_acquire_ctx* ctx);
void ww_mutex_lock_slow(struct ww_mutex* lock, struct ww_acquire_ctx* ctx);
int __must_check ww_mutex_trylock(struct ww_mutex* lock, struct ww_acquire_ctx* ctx);
void ww_mutex_unlock(struct ww_mutex* lock);

#endif  // SHIM_LINUX_WW_MUTEX_H_
