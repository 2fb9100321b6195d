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

void ww_acquire_init(struct ww_acquire_ctx* ctx, struct ww_class* ww_class) {
  debug_check_no_locks_freed(ctx, sizeof *ctx);
  *ctx = (struct ww_acquire_ctx){
      .task = current,
      .stamp = (unsigned long)atomic_fetch_add(&ww_class->stamp, 1) + 1,
      .is_wait_die = (unsigned short)ww_class->is_wait_die,
      .ww_class = ww_class,
  };
  lockdep_init_map(&ctx->dep_map, ww_class->acquire_name, &ww_class->acquire_key, 0);
  mutex_acquire(&ctx->dep_map, 0, 0, _RET_IP_);
}

void ww_acquire_done(struct ww_acquire_ctx* ctx) {
  lockdep_assert_held(ctx);
  DEBUG_LOCKS_WARN_ON(ctx->done_acquire);
  ctx->done_acquire = 1;
}

void ww_acquire_fini(struct ww_acquire_ctx* ctx) {
  mutex_release(&ctx->dep_map, _RET_IP_);
  DEBUG_LOCKS_WARN_ON(ctx->acquired);
}

static void ww_mutex_acquired(struct ww_mutex* lock, struct ww_acquire_ctx* ctx) {
  DEBUG_LOCKS_WARN_ON(lock->ctx);
  DEBUG_LOCKS_WARN_ON(ctx->done_acquire);
  if (ctx->contending_lock != NULL) {
    DEBUG_LOCKS_WARN_ON(ctx->contending_lock != lock);
    DEBUG_LOCKS_WARN_ON(ctx->acquired > 0);
    ctx->contending_lock = NULL;
  }
  DEBUG_LOCKS_WARN_ON(ctx->ww_class != lock->ww_class);
  ++ctx->acquired;
  lock->ctx = ctx;
}

static bool is_younger(const struct ww_acquire_ctx* a, const struct ww_acquire_ctx* b) {
  return (long)(a->stamp - b->stamp) > 0;
}

// The lock is taken: who holds another one and is younger than the holder goes back.
static int ww_mutex_contended(struct ww_mutex* lock, struct ww_acquire_ctx* ctx) {
  const bool goes_back = ctx != NULL && ctx->is_wait_die && ctx->acquired > 0 &&
                         lock->ctx != NULL && is_younger(ctx, lock->ctx);
  if (!goes_back) shim_would_block(lock->base.dep_map.name);
  DEBUG_LOCKS_WARN_ON(ctx->contending_lock);
  ctx->contending_lock = lock;
  return -EDEADLK;
}

int ww_mutex_lock(struct ww_mutex* lock, struct ww_acquire_ctx* ctx) {
  if (ctx != NULL && ctx == lock->ctx) return -EALREADY;
  mutex_acquire_nest(&lock->base.dep_map, 0, 0, ctx == NULL ? NULL : &ctx->dep_map, _RET_IP_);
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
  mutex_acquire_nest(&lock->base.dep_map, 0, 1, &ctx->dep_map, _RET_IP_);
  return 1;
}

void ww_mutex_unlock(struct ww_mutex* lock) {
  if (lock->ctx != NULL) {
    DEBUG_LOCKS_WARN_ON(lock->ctx->acquired == 0);
    if (lock->ctx->acquired > 0) --lock->ctx->acquired;
    lock->ctx = NULL;
  }
  mutex_unlock(&lock->base);
}

void shim_local_lock_init(local_lock_t* lock, const char* name, struct lock_class_key* key) {
  debug_check_no_locks_freed(lock, sizeof *lock);
  lockdep_init_map_type(&lock->dep_map, name, key, 0, LD_WAIT_CONFIG, LD_WAIT_INV, LD_LOCK_PERCPU);
  lock->owner = NULL;
}

void local_lock(local_lock_t* lock) {
  preempt_disable();
  lock_map_acquire(&lock->dep_map);
  DEBUG_LOCKS_WARN_ON(lock->owner != NULL);
  lock->owner = current;
}

void local_unlock(local_lock_t* lock) {
  DEBUG_LOCKS_WARN_ON(lock->owner != current);
  lock->owner = NULL;
  lock_map_release(&lock->dep_map);
  preempt_enable();
}
