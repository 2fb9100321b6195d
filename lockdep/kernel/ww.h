// Wound/wait contexts: who takes several locks of one class in no fixed order
// says so with a context, and goes back when an older one comes first.
//
// The context is a pseudo-lock that serialises the locks taken under it; a host
// with such locks calls, in its own:
//   ww_lock_acquire()   before it waits, or after a try succeeded
//   ww_lock_acquired()  once it has the lock
//   ww_lock_release()   before it lets go, or when it goes back
//
// Reported (invalid-lock-state): each rule of a context that is broken; the lock
// counts as taken all the same.  Taking two locks of the class without a context
// is a recursive-lock.
//
// Thread safety: a context belongs to one thread.
//
// Source: linux v6.12 include/linux/ww_mutex.h, kernel/locking/ww_mutex.h,
// Documentation/locking/ww-mutex-design.rst.

#ifndef LOCKDEP_KERNEL_WW_H_
#define LOCKDEP_KERNEL_WW_H_

#include "lockdep/kernel/assert.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ww_class {
  unsigned long stamp;  // Of the youngest context.
  struct lock_class_key acquire_key;
  struct lock_class_key mutex_key;
  const char* acquire_name;
  const char* mutex_name;
  unsigned int is_wait_die;
};

#define LOCKDEP_WW_CLASS_INIT_(name, wait_die)                                          \
  {                                                                                     \
    .stamp = 0, .acquire_key = {0}, .mutex_key = {0}, .acquire_name = #name "_acquire", \
    .mutex_name = #name "_mutex", .is_wait_die = (wait_die),                            \
  }
// Who finds an older context in its way dies: releases all and starts over.
#define DEFINE_WD_CLASS(name) struct ww_class name = LOCKDEP_WW_CLASS_INIT_(name, 1)
// Who comes later and is older wounds the one in its way.
#define DEFINE_WW_CLASS(name) struct ww_class name = LOCKDEP_WW_CLASS_INIT_(name, 0)

struct ww_acquire_ctx {
  const void* task;     // Of no meaning here; for the host.
  unsigned long stamp;  // The smaller is the older.
  unsigned int acquired;
  unsigned short wounded;
  unsigned short is_wait_die;
  unsigned int done_acquire;
  struct ww_class* ww_class;
  const void* contending_lock;  // What this context went back for.
  struct lockdep_map dep_map;
};

// Begins: until fini the context counts as held.
void ww_acquire_init(struct ww_acquire_ctx* ctx, struct ww_class* ww_class);
// All locks are taken.  Reported: a second call, or a context that is not held.
void ww_acquire_done(struct ww_acquire_ctx* ctx);
// Reported: locks taken under it are still held.
void ww_acquire_fini(struct ww_acquire_ctx* ctx);

// `ctx` may be null: then it is a lock like any other.
static inline void ww_lock_acquire(struct lockdep_map* lock, struct ww_acquire_ctx* ctx,
                                   int trylock, unsigned long ip) {
  lock_acquire_exclusive(lock, 0, trylock, ctx == NULL ? NULL : &ctx->dep_map, ip);
}

// `lock` is what the context is told of, `lock_class` that of its init, `other`
// the context it has already (null if none).  Reported: it has one, all locks of
// `ctx` were said to be taken, it is of another class, or it is not the one that
// `ctx` went back for, or others are held still.
void ww_lock_acquired(const void* lock, struct ww_class* lock_class,
                      const struct ww_acquire_ctx* other, struct ww_acquire_ctx* ctx);

// Whether `ctx` has to go back when it finds the lock with `holder`: an older one,
// of a class that waits or dies, while it holds others.
bool ww_lock_must_die(const struct ww_acquire_ctx* ctx, const struct ww_acquire_ctx* holder);
// `ctx` goes back for this lock.  Reported: for another one already.
void ww_lock_contends(const void* lock, struct ww_acquire_ctx* ctx);

// Reported: more locks of `ctx` (may be null) are released than were taken.
void ww_lock_release(struct lockdep_map* lock, struct ww_acquire_ctx* ctx, unsigned long ip);

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_WW_H_
