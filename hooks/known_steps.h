// What a thread has done before: this lock, taken in this way upon this chain
// of held locks, was proved and led to that chain.  The first place that a hook
// looks at; with an answer here it needs neither the lock table nor the engine.
//
// Invariants: (1) a step stands here only after the engine has proved its chain;
// (2) it is worth nothing once a lock near its address has ended (LockEnds), or the
// thread has forgotten all, or in another context.
//
// Thread safety: KnownSteps belongs to one thread and is changed only behind the
// gate; a signal handler may do that between any two instructions of the hot path.
// LockEnds is shared: written when a lock ends, read by all.
// Cost: one cache line of the thread's own and one word that hardly ever changes.
// Address space of 128 KiB a thread, of which only the pages that are used count; up
// to 130 MiB for one that takes very many locks, in huge pages from 8 MiB on.

#ifndef LOCKDEP_HOOKS_KNOWN_STEPS_H_
#define LOCKDEP_HOOKS_KNOWN_STEPS_H_

#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lockdep/lockdep.h"

namespace lockdep::hooks {

// How a lock is taken, in the bits that the address of a lock leaves free.
using StepMode = uintptr_t;
inline constexpr uintptr_t kStepModes = 7;
constexpr StepMode StepModeOf(ReadMode mode, TryLock trylock) {
  return static_cast<uintptr_t>(mode) << 1 | static_cast<uintptr_t>(trylock);
}
constexpr StepMode StepModeOf(LockUse use) {
  return StepModeOf(use.mode(), use.tried() ? TryLock::kYes : TryLock::kNo);
}

// Where a lock is taken: a return address, and in a bit that no address has, whether it has
// callers to note.
using StepPlace = uintptr_t;
enum class Callers : uint8_t { kNone, kNoted };
constexpr StepPlace PlaceOf(uintptr_t site, Callers callers) {
  return site | static_cast<StepPlace>(callers) << 63;
}

// Counts the ends of locks by address, several addresses to a counter.
class LockEnds {
 public:
  uint64_t At(uintptr_t address) const {
    // Acquire: who sees the count before an end also saw the lock before it.
    return CountOf(address).load(std::memory_order_acquire);
  }
  // As if all had ended: every step is looked at once more.
  void CountAll() {
    for (Counter& count : counts_) count.fetch_add(1, std::memory_order_acq_rel);
  }
  void Count(uintptr_t address) {
    const_cast<Counter&>(CountOf(address)).fetch_add(1, std::memory_order_acq_rel);
  }

 private:
  using Counter = std::atomic<uint64_t>;
  static constexpr size_t kCounts = 4096;

  // Neighbours share a count, so that many locks do not need as many lines of the cache.
  const Counter& CountOf(uintptr_t address) const {
    const uintptr_t offset = address >> 3 & ((kCounts - 1) * sizeof(Counter));
    return *reinterpret_cast<const Counter*>(reinterpret_cast<const char*>(counts_) + offset);
  }

  Counter counts_[kCounts] = {};
};

extern constinit LockEnds lock_ends __attribute__((visibility("hidden")));

struct alignas(64) KnownStep {
  ChainKey before = 0;  // 0, which is no key, where nothing is known.
  uintptr_t lock = 0;   // Address and StepMode.
  StepPlace place = 0;  // One that took it so.
  // Of the locks near it, and the era, together: what they count never falls.
  uint64_t ends = 0;
  ChainKey after = 0;
  const LockMap* map = nullptr;
  LockUse use;

  // Both at once, since they stand side by side in both.
  void CopyLockTo(HeldLock& held) const {
    static_assert(offsetof(KnownStep, use) == offsetof(KnownStep, map) + sizeof(map));
    static_assert(offsetof(HeldLock, use) == offsetof(HeldLock, lock) + sizeof(map));
    __builtin_memcpy(static_cast<void*>(&held.lock), &map, sizeof(map) + sizeof(use));
  }
};
static_assert(sizeof(KnownStep) == 64);

// Where the steps of a thread stand, for the hot path.  `offsets` are the bits of an
// offset into them, in bytes; they are read first: a handler may have more put in between.
struct StepTable {
  KnownStep* first = nullptr;
  uintptr_t offsets = 0;
  // How often all were forgotten, and above that the context in which they were noted.
  uint64_t era = 0;

  // Locks that stand side by side have steps side by side and in the same order: memory that
  // is read through is fetched before it is asked for.  By the place too, because one lock is
  // taken in several by turns; whether it has callers changes no bit of the offset.
  __attribute__((always_inline)) KnownStep& Slot(ChainKey before, uintptr_t address,
                                                 StepPlace place) const {
    constexpr uintptr_t kSpread = 0x3779b97f;
    static_assert(sizeof(pthread_mutex_t) * 2 >= sizeof(KnownStep), "no two in one slot");
    const uintptr_t offset = (place * kSpread + address * 2 + before) & InOrder(offsets);
    return *reinterpret_cast<KnownStep*>(reinterpret_cast<char*>(InOrder(first)) + offset);
  }
};

class KnownSteps {
 public:
  // `step` is known from now on, in the place of what had its slot.  Returns whether the table has
  // changed, because it was too small.
  bool Note(const KnownStep& step);

  // All that were noted.
  void Forget() { ++table_.era; }

  // The thread goes on in another context (of the engine: ThreadContext::context), where what
  // was noted in this one says nothing until it is back.
  void EnterContext(LockUse context) {
    constexpr uint64_t kOne = LockUse().In(ContextId{1}).word();
    static_assert(kOne * LockUse::kMaxContexts == 0, "nothing stands above it");
    table_.era = table_.era % kOne + context.word() / kOne * kOne;
  }

  // Makes it the first time; a table without room if memory ended.
  const StepTable& table();

 private:
  static constexpr size_t kFewest = 1u << 11;
  static constexpr size_t kMost = 1u << 21;
  static constexpr size_t kGrowth = 4;

  bool IsUsed(const KnownStep& slot) const;
  bool Grow();

  // Zeroed memory is a valid object.
  StepTable table_;
  size_t slots_;
  size_t displaced_;  // Steps that another one took the place of, in this table.
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_KNOWN_STEPS_H_
