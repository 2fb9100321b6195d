// What a thread has done before: this lock, taken in this way upon this chain
// of held locks, was proved and led to that chain.  The first place that a hook
// looks at; with an answer here it needs neither the lock table nor the engine.
//
// Invariants: (1) a step stands here only after the engine has proved its chain;
// (2) it is worth nothing once a lock near its address has ended (LockEnds).
//
// Thread safety: KnownSteps belongs to one thread and is used only behind the
// gate.  LockEnds is shared: written when a lock ends, read by all.
// Cost: one cache line of the thread's own and one word that hardly ever changes;
// 128 KiB of address space a thread, of which only the pages that are used count.

#ifndef LOCKDEP_HOOKS_KNOWN_STEPS_H_
#define LOCKDEP_HOOKS_KNOWN_STEPS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// How a lock is taken, in the bits that the address of a lock leaves free.
using StepMode = uintptr_t;
constexpr StepMode StepModeOf(ReadMode mode, TryLock trylock) {
  return static_cast<uintptr_t>(mode) << 1 | static_cast<uintptr_t>(trylock);
}
constexpr StepMode StepModeOf(LockUse use) {
  return StepModeOf(use.mode(), use.tried() ? TryLock::kYes : TryLock::kNo);
}

// Counts the ends of locks by address, several addresses to a counter.
class LockEnds {
 public:
  uint32_t At(uintptr_t address) const {
    // Acquire: who sees the count before an end also saw the lock before it.
    return counts_[Index(address)].load(std::memory_order_acquire);
  }
  // As if all had ended: every step is looked at once more.
  void CountAll() {
    for (std::atomic<uint32_t>& count : counts_) count.fetch_add(1, std::memory_order_acq_rel);
  }
  void Count(uintptr_t address) { counts_[Index(address)].fetch_add(1, std::memory_order_acq_rel); }

 private:
  static constexpr size_t kCounts = 4096;
  static size_t Index(uintptr_t address) { return address >> 4 & (kCounts - 1); }

  std::atomic<uint32_t> counts_[kCounts] = {};
};

extern constinit LockEnds lock_ends;

// Begins as the held lock that it leads to, so that taking it again is a copy.
struct alignas(64) KnownStep {
  ChainKey before = 0;  // 0, which is no key, where nothing is known.
  const LockMap* map = nullptr;
  LockUse use;
  const LockMap* nest_lock = nullptr;
  uintptr_t lock = 0;  // Address and StepMode.
  ChainKey after = 0;
  // A place that took it so, has no callers to note and hence needs no look.
  uintptr_t site = 0;
  uint32_t ends = 0;

  void CopyTo(HeldLock& held) const {
    static_assert(offsetof(KnownStep, map) == offsetof(HeldLock, lock));
    static_assert(offsetof(KnownStep, use) == offsetof(HeldLock, use));
    static_assert(offsetof(KnownStep, nest_lock) == offsetof(HeldLock, nest_lock));
    static_assert(offsetof(KnownStep, lock) == offsetof(HeldLock, pins));
    static_assert(std::is_trivially_copyable_v<HeldLock>);
    __builtin_memcpy(static_cast<void*>(&held), this, offsetof(KnownStep, lock));
  }
};
static_assert(sizeof(KnownStep) == 64);

class KnownSteps {
 public:
  KnownStep& Slot(ChainKey before, uintptr_t address) {
    return steps_[(address >> 3 ^ before >> 1) & (kSteps - 1)];
  }

  // `step` is known from now on.
  void Note(uintptr_t address, const KnownStep& step) {
    KnownStep& slot = Slot(step.before, address);
    slot = step;
    if (noted_ < kFew) few_[noted_] = static_cast<uint16_t>(&slot - steps_);
    if (noted_ <= kFew) ++noted_;
  }

  // All that were noted.
  void Forget() {
    if (noted_ > kFew) {
      for (KnownStep& step : steps_) {
        if (step.before != 0) step.before = 0;  // Untouched pages stay so.
      }
    } else {
      for (uint32_t i = 0; i < noted_; ++i) steps_[few_[i]].before = 0;
    }
    noted_ = 0;
  }

 private:
  static constexpr size_t kSteps = 2048;
  static constexpr uint32_t kFew = 30;

  KnownStep steps_[kSteps];
  // Where those stand that were noted since all were forgotten, unless they are many.
  uint32_t noted_ = 0;
  uint16_t few_[kFew] = {};
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_KNOWN_STEPS_H_
