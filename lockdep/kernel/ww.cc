#include "lockdep/kernel/ww.h"

#include "lockdep/kernel/control.h"

namespace {

// Told of the caller of the interface's function.
#define LOCKDEP_WW_RULE(holds, rule)                                   \
  do {                                                                 \
    if (!(holds)) lockdep_report_broken_rule(nullptr, rule, _RET_IP_); \
  } while (0)

bool IsYounger(const ww_acquire_ctx& a, const ww_acquire_ctx& b) {
  return static_cast<long>(a.stamp - b.stamp) > 0;
}

}  // namespace

void ww_acquire_init(ww_acquire_ctx* ctx, ww_class* ww_class) {
  debug_check_no_locks_freed(ctx, sizeof *ctx);
  *ctx = {.task = nullptr,
          .stamp = __atomic_add_fetch(&ww_class->stamp, 1, __ATOMIC_RELAXED),
          .acquired = 0,
          .wounded = 0,
          .is_wait_die = static_cast<unsigned short>(ww_class->is_wait_die),
          .done_acquire = 0,
          .ww_class = ww_class,
          .contending_lock = nullptr,
          .dep_map = {}};
  lockdep_init_map(&ctx->dep_map, ww_class->acquire_name, &ww_class->acquire_key, 0);
  mutex_acquire(&ctx->dep_map, 0, 0, _RET_IP_);
}

void ww_acquire_done(ww_acquire_ctx* ctx) {
  lockdep_assert_held(ctx);
  LOCKDEP_WW_RULE(ctx->done_acquire == 0, "ww_acquire_done() is called once");
  ctx->done_acquire = 1;
}

void ww_acquire_fini(ww_acquire_ctx* ctx) {
  mutex_release(&ctx->dep_map, _RET_IP_);
  LOCKDEP_WW_RULE(ctx->acquired == 0, "a context ends after all locks taken under it");
}

void ww_lock_acquired(const void* lock, ww_class* lock_class, const ww_acquire_ctx* other,
                      ww_acquire_ctx* ctx) {
  LOCKDEP_WW_RULE(other == nullptr, "a lock has one context");
  LOCKDEP_WW_RULE(ctx->done_acquire == 0, "no lock is taken after ww_acquire_done()");
  if (ctx->contending_lock != nullptr) {
    LOCKDEP_WW_RULE(ctx->contending_lock == lock,
                    "the lock that a context went back for is taken first");
    LOCKDEP_WW_RULE(ctx->acquired == 0, "a context that goes back releases all");
    ctx->contending_lock = nullptr;
  }
  LOCKDEP_WW_RULE(ctx->ww_class == lock_class, "a context is of the class of its locks");
  ++ctx->acquired;
}

bool ww_lock_must_die(const ww_acquire_ctx* ctx, const ww_acquire_ctx* holder) {
  return ctx != nullptr && holder != nullptr && ctx->is_wait_die != 0 && ctx->acquired > 0 &&
         IsYounger(*ctx, *holder);
}

void ww_lock_contends(const void* lock, ww_acquire_ctx* ctx) {
  LOCKDEP_WW_RULE(ctx->contending_lock == nullptr, "a context goes back for one lock at a time");
  ctx->contending_lock = lock;
}

void ww_lock_release(lockdep_map* lock, ww_acquire_ctx* ctx, unsigned long ip) {
  if (ctx != nullptr) {
    LOCKDEP_WW_RULE(ctx->acquired != 0, "a context releases no more locks than it took");
    if (ctx->acquired > 0) --ctx->acquired;
  }
  lock_release(lock, ip);
}
