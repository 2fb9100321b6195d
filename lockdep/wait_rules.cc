// The validator's rule about waiting: no longer than what is held, and where the
// thread runs, allow.
//
// Source: linux v6.12 kernel/locking/lockdep.c, check_wait_context(),
// task_wait_context().

#include "lockdep/internal/scene.h"
#include "lockdep/validator.h"

namespace lockdep {

// Rule 4.  The strictest lock that is held sets the limit, whatever was taken
// after it: RCU may be entered anywhere and does not loosen anything.
Validator::WaitLimit Validator::LimitOf(const ThreadContext& thread, WaitType of_context) const {
  WaitLimit limit{of_context, nullptr};
  for (uint32_t i = thread.held.floor(); i < thread.held.depth(); ++i) {
    const LockClass& held = classes_.Get(thread.held[i].use.class_id());
    if (held.wait_inner == WaitType::kUnchecked) continue;
    if (held.wait_inner < limit.type || held.role == LockRole::kWaitOverride) {
      limit = {held.wait_inner, &thread.held[i]};
    }
  }
  return limit;
}

void Validator::CheckWaitContext(Scene& scene) {
  const LockClass& next = *scene.lock_class;
  if (next.wait_inner == WaitType::kUnchecked || scene.use.tried()) return;
  const WaitLimit limit = LimitOf(scene.thread, contexts_.Get(scene.use.context()).wait_limit);
  if (next.wait_outer <= limit.type) return;
  Violation violation{.kind = ViolationKind::kInvalidWaitContext};
  violation.lock = {next.id, scene.use.mode(), scene.acquisition->lock->address, LiveStack(scene)};
  violation.wait = next.wait_outer;
  violation.wait_limit = limit.type;
  ViolationEdge step;
  uint64_t pair = static_cast<uint64_t>(next.id);
  if (limit.by != nullptr) {
    step = StepFrom(scene, *limit.by);
    violation.edges = {&step, 1};
    pair |= static_cast<uint64_t>(limit.by->use.class_id()) << 32;
  }
  if (IsNews(violation.kind, pair, CallSite{})) Emit(scene, violation);
}

void Validator::CheckWait(ThreadContext& thread, WaitType wait, const CallSite& site) {
  if (!Enabled(thread) || wait <= LimitOf(thread, thread.contexts.wait_limit).type) return;
  Scene scene(config_, thread, site);
  internal::RawLockHolder holder(graph_lock_);
  const WaitLimit limit = LimitOf(thread, thread.contexts.wait_limit);
  if (stopped()) return;
  Violation violation{.kind = ViolationKind::kInvalidWaitContext, .level = Level::kConfirmed};
  violation.wait = wait;
  violation.wait_limit = limit.type;
  uint64_t by = 0;
  if (limit.by != nullptr) {
    violation.lock = Describe(scene, *limit.by);
    by = static_cast<uint64_t>(limit.by->use.class_id());
  }
  if (IsNews(violation.kind, by << 32, site)) Emit(scene, violation);
}

}  // namespace lockdep
