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
namespace {

// Looks each up where that is less than to look at all that there ever were.
template <typename Visit>
void ForEachClass(const ClassRegistry& classes, ClassKey first, uint64_t count,
                  const Visit& visit) {
  if (count > classes.size() / kMaxSubclasses) {
    for (uint32_t i = 1; i <= classes.size(); ++i) {
      const LockClass& lock_class = classes.Get(static_cast<ClassId>(i));
      if (!lock_class.IsForgotten() && lock_class.key.value - first.value < count) {
        visit(lock_class);
      }
    }
    return;
  }
  for (uint64_t i = 0; i < count * kMaxSubclasses; ++i) {
    const ClassKey key{first.value + i / kMaxSubclasses};
    const LockClass* found = classes.Find(key, static_cast<uint8_t>(i % kMaxSubclasses));
    if (found != nullptr) visit(*found);
  }
}

}  // namespace

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
  const uint32_t forgotten_before = classes_.size() - classes_.live();
  bool connects = false;
  ForEachClass(classes_, first, count, [&](const LockClass& lock_class) {
    connects = connects || ConnectsContexts(lock_class.id);
    graph_.Forget(lock_class.id);
    usages_.Forget(lock_class.id);
    classes_.Forget(lock_class.id);
  });
  const uint32_t forgotten = classes_.size() - classes_.live();
  // Which chains a class is part of is not known: all are proved anew.  What they
  // depend on is there, so that each costs one walk over its locks.
  if (forgotten == forgotten_before) return;
  ForgetChains();
  // What is reached may say too much: to learn it anew looks at all classes, and so waits
  // until many are gone.
  const uint32_t many = 1 + classes_.size() / 64;
  if (forgotten_before / many != forgotten / many && (connects || many > 1)) RebuildReach();
}

void Validator::Reset(ThreadContext& thread) {
  ResetHeld(thread);
  internal::RawLockHolder holder(graph_lock_);
  ForgetChains();
  reported_.Clear();
}

}  // namespace lockdep
