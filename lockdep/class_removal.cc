// How classes end: their keys go away, with a module or with the object that
// owned them.
//
// Source: linux v6.12 kernel/locking/lockdep.c, lockdep_free_key_range(),
// zap_class(), lockdep_register_key(), lockdep_unregister_key(), lockdep_reset().

#include "lockdep/internal/blocked_signals.h"
#include "lockdep/internal/held_chain.h"
#include "lockdep/internal/scene.h"
#include "lockdep/validator.h"

namespace lockdep {

bool Validator::RegisterKey(ClassKey key) {
  internal::RawLockHolder holder(graph_lock_);
  if (stopped()) return false;
  const auto result = keys_.Insert(key);
  if (result == internal::KeySet::InsertResult::kOutOfMemory) StopLocked("out of memory");
  return result == internal::KeySet::InsertResult::kInserted;
}

bool Validator::IsRegisteredKey(ClassKey key) {
  internal::RawLockHolder holder(graph_lock_);
  return keys_.Contains(key);
}

bool Validator::UnregisterKey(ThreadContext& thread, ClassKey key, const CallSite& site) {
  {
    internal::RawLockHolder holder(graph_lock_);
    if (!keys_.Erase(key)) return false;
  }
  ForgetKeys(thread, key, 1, site);
  return true;
}

void Validator::ForgetKeys(ThreadContext& thread, ClassKey first, uint64_t count,
                           const CallSite& site) {
  const internal::BlockedSignals blocked(!config_.handlers_are_excluded);
  const auto is_in_range = [&](ClassKey key) { return key.value - first.value < count; };
  for (uint32_t i = thread.held.depth(); i-- > 0;) {
    const HeldLock& held = thread.held[i];
    if (!is_in_range(classes_.Get(held.use.class_id()).key)) continue;
    ReportLock(thread, *held.lock, &held, ViolationKind::kHeldLockDestroyed, nullptr, site);
    internal::HeldChain(thread, contexts_).Remove(i);
  }
  internal::RawLockHolder holder(graph_lock_);
  // Memory ended: a class may be there in part.
  if (stopped()) return;
  bool any = false;
  bool connects = false;
  for (uint32_t i = 1; i <= classes_.size(); ++i) {
    const LockClass& lock_class = classes_.Get(static_cast<ClassId>(i));
    if (lock_class.IsForgotten() || !is_in_range(lock_class.key)) {
      continue;
    }
    connects = connects || ConnectsContexts(lock_class.id);
    graph_.Forget(lock_class.id);
    usages_.Forget(lock_class.id);
    classes_.Forget(lock_class.id);
    any = true;
  }
  // Which chains a class is part of is not known: all are proved anew.  What they
  // depend on is there, so that each costs one walk over its locks.
  if (!any) return;
  ForgetChains();
  if (connects) RebuildReach();
}

void Validator::Reset(ThreadContext& thread) {
  ResetHeld(thread);
  internal::RawLockHolder holder(graph_lock_);
  ForgetChains();
  reported_.Clear();
}

}  // namespace lockdep
