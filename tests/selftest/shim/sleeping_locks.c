// Mutexes, wound/wait mutexes and local locks.

#include <linux/local_lock.h>
#include <linux/ww_mutex.h>

void __mutex_init(struct mutex* lock, const char* name, struct lock_class_key* key) {
  lock->owner = NULL;
  debug_check_no_locks_freed(lock, sizeof *lock);
  lockdep_init_map_wait(&lock->dep_map, name, key, 0, LD_WAIT_SLEEP);
}

bool shim_mutex_take(struct mutex* lock) {
  if (lock->owner != NULL) return false;
  lock->owner = current;
  return true;
}

static void take_or_block(struct mutex* lock) {
  if (!shim_mutex_take(lock)) shim_would_block(lock->dep_map.name);
}

void mutex_lock_nested(struct mutex* lock, unsigned int subclass) {
  mutex_acquire(&lock->dep_map, subclass, 0, _RET_IP_);
  take_or_block(lock);
}

int mutex_lock_interruptible(struct mutex* lock) {
  mutex_acquire(&lock->dep_map, 0, 0, _RET_IP_);
  take_or_block(lock);
  return 0;
}

int mutex_lock_killable(struct mutex* lock) {
  mutex_acquire(&lock->dep_map, 0, 0, _RET_IP_);
  take_or_block(lock);
  return 0;
}

void shim_mutex_lock_nest_lock(struct mutex* lock, struct lockdep_map* nest_lock) {
  mutex_acquire_nest(&lock->dep_map, 0, 0, nest_lock, _RET_IP_);
  take_or_block(lock);
}

int mutex_trylock(struct mutex* lock) {
  if (!shim_mutex_take(lock)) return 0;
  mutex_acquire(&lock->dep_map, 0, 1, _RET_IP_);
  return 1;
}

void mutex_unlock(struct mutex* lock) {
  mutex_release(&lock->dep_map, _RET_IP_);
  DEBUG_LOCKS_WARN_ON(lock->owner != current);
  lock->owner = NULL;
}

void ww_mutex_init(struct ww_mutex* lock, struct ww_class* ww_class) {
  __mutex_init(&lock->base, ww_class->mutex_name, &ww_class->mutex_key);
  lock->ctx = NULL;
  lock->ww_class = ww_class;
}

// The lock is taken: who holds another one and is younger than the holder goes back.
static int ww_mutex_contended(struct ww_mutex* lock, struct ww_acquire_ctx* ctx) {
  if (!ww_lock_must_die(ctx, lock->ctx)) shim_would_block(lock->base.dep_map.name);
  ww_lock_contends(lock, ctx);
  return -EDEADLK;
}

static void ww_mutex_acquired(struct ww_mutex* lock, struct ww_acquire_ctx* ctx) {
  ww_lock_acquired(lock, lock->ww_class, lock->ctx, ctx);
  lock->ctx = ctx;
}

int ww_mutex_lock(struct ww_mutex* lock, struct ww_acquire_ctx* ctx) {
  if (ctx != NULL && ctx == lock->ctx) return -EALREADY;
  ww_lock_acquire(&lock->base.dep_map, ctx, 0, _RET_IP_);
  if (!shim_mutex_take(&lock->base)) {
    const int result = ww_mutex_contended(lock, ctx);
    mutex_release(&lock->base.dep_map, _RET_IP_);
    return result;
  }
  if (ctx != NULL) ww_mutex_acquired(lock, ctx);
  return 0;
}

void ww_mutex_lock_slow(struct ww_mutex* lock, struct ww_acquire_ctx* ctx) {
  DEBUG_LOCKS_WARN_ON(ctx->contending_lock == NULL);
  ww_mutex_lock(lock, ctx);
}

int ww_mutex_trylock(struct ww_mutex* lock, struct ww_acquire_ctx* ctx) {
  if (ctx == NULL) return mutex_trylock(&lock->base);
  if (!shim_mutex_take(&lock->base)) return 0;
  ww_mutex_acquired(lock, ctx);
  ww_lock_acquire(&lock->base.dep_map, ctx, 1, _RET_IP_);
  return 1;
}

void ww_mutex_unlock(struct ww_mutex* lock) {
  struct ww_acquire_ctx* ctx = lock->ctx;
  lock->ctx = NULL;
  ww_lock_release(&lock->base.dep_map, ctx, _RET_IP_);
  DEBUG_LOCKS_WARN_ON(lock->base.owner != current);
  lock->base.owner = NULL;
}

void shim_local_lock_init(local_lock_t* lock, const char* name, struct lock_class_key* key) {
  debug_check_no_locks_freed(lock, sizeof *lock);
  lockdep_init_local_lock(&lock->dep_map, name, key);
  lock->owner = NULL;
}

void local_lock(local_lock_t* lock) {
  preempt_disable();
  local_lock_acquire(lock);
  DEBUG_LOCKS_WARN_ON(lock->owner != NULL);
  lock->owner = current;
}

void local_unlock(local_lock_t* lock) {
  DEBUG_LOCKS_WARN_ON(lock->owner != current);
  lock->owner = NULL;
  local_lock_release(lock);
  preempt_enable();
}
