// One thread that waits, as the others see it.
//
// Thread safety: the owner writes it before it sets `kind` and after it cleared it;
// the others read it while `kind` is set, and compare `sequence` before and after.

#ifndef LOCKDEP_HOOKS_WAITER_H_
#define LOCKDEP_HOOKS_WAITER_H_

#include <atomic>
#include <cstdint>
#include <span>

#include "hooks/thread_context.h"
#include "hooks/waiting.h"

namespace lockdep::hooks {

struct Waiter {
  static constexpr int kMaxFrames = 48;

  std::atomic<WaitKind> kind{WaitKind::kNone};
  std::atomic<bool> is_used{false};
  std::atomic<uint32_t> sequence{0};  // Which of its waits this is.
  const void* object = nullptr;
  const void* releases = nullptr;  // The mutex that a wait for a condition lets go.
  // Of the thread; contexts are never unmapped, whoever has them next.
  const ThreadContext* context = nullptr;
  pid_t tid = 0;
  pthread_t self = 0;
  uint64_t acquisitions = 0;  // Of the thread, when it announced the wait for an annotated lock.
  uint32_t signals = 0;       // Of the condition, or rounds of the barrier, when the wait began.
  int frame_count = 0;
  uintptr_t frames[kMaxFrames] = {};
  Waiter* next = nullptr;  // Constant.

  // Of who looks, who is alone.
  Waiter* held_by = nullptr;  // On the way: who holds what this one waits for, and waits itself.
  Waiter* queue = nullptr;
  uint32_t look = 0;
  uint32_t told = 0;  // The sequence of the wait that was told.

  bool IsWaiting() const {
    const WaitKind waits = kind.load(std::memory_order_acquire);
    return waits != WaitKind::kNone && !IsAnnotated(waits);
  }
  // Whether the thread has taken nothing since it announced a wait for an annotated lock: it
  // waits, if somebody else has that.  If not, what it holds may change under the eyes.
  bool HasAnnounced() const {
    return IsAnnotated(kind.load(std::memory_order_acquire)) &&
           __atomic_load_n(&context->acquisitions, __ATOMIC_ACQUIRE) == acquisitions;
  }
  std::span<const uintptr_t> stack() const { return {frames, static_cast<size_t>(frame_count)}; }
  // Whether a wait of this kind for this object waits for this thread.
  bool Holds(WaitKind waits, const void* what) const;
  // The held entry of this object, without the one that only announces the wait; or null.
  const HeldLock* FindHeld(const void* held_object) const;
  bool IsOwnedStill(const HeldLock& held) const;
  // The entry that announces the wait for a lock; or null.
  const HeldLock* FindAnnounced() const;
};

// All waiters there ever were; follow `next`.
Waiter* FirstWaiter();

// Tells of those who wait for each other: the first waits for what the second holds,
// and so on round.  With `is_cycle` false all just wait.
void TellDeadlock(std::span<Waiter* const> parties, bool is_cycle, const Caller& caller);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_WAITER_H_
