// What is told of threads that wait for each other for ever.

#include <algorithm>

#include "hooks/hook_scope.h"
#include "hooks/left_locks.h"
#include "hooks/raw_sink.h"
#include "hooks/rendezvous.h"
#include "hooks/resource.h"
#include "hooks/session.h"
#include "hooks/waiter.h"

namespace lockdep::hooks {
namespace {

// Findings with more threads than this name the first ones.
constexpr size_t kMostTold = 64;
constexpr size_t kMostLeft = 8;

const char* Words(WaitKind kind) {
  switch (kind) {
    case WaitKind::kMutex:
      return "a mutex";
    case WaitKind::kReadLock:
      return "a rwlock (to read it)";
    case WaitKind::kWriteLock:
      return "a rwlock";
    case WaitKind::kSpinLock:
      return "a spinlock";
    case WaitKind::kOnce:
      return "a once control";
    case WaitKind::kSemaphore:
      return "a semaphore";
    case WaitKind::kCondition:
      return "a condition";
    case WaitKind::kThread:
      return "the end";
    case WaitKind::kBarrier:
      return "a barrier";
    case WaitKind::kAnnotated:
      return "an annotated lock";
    case WaitKind::kAnnotatedRead:
      return "an annotated lock (to read it)";
    case WaitKind::kNone:
      break;
  }
  return "something";
}

void Name(Line& line, ThreadId id, const char* name) {
  line << "thread " << static_cast<uint64_t>(id) << " (" << name << ")";
}

void Name(Line& line, const Waiter& waiter) {
  Name(line, waiter.context->id, waiter.context->name);
}

// " of thread 2 (worker), which has ended": it left locked what this one waits for.
void NameWhoEnded(const Waiter& waiter, Line* line) {
  LeftLock left;
  if (!FindLeftLock(waiter, &left)) return;
  *line << " of ";
  Name(*line, left.thread, left.name);
  *line << ", which has ended";
}

// "thread 1 (main) waits for a mutex of thread 2 (worker), which waits for ..."
void Describe(std::span<Waiter* const> parties, bool is_cycle, Line* line) {
  for (size_t i = 0; i < parties.size() && i < 8; ++i) {
    const Waiter& party = *parties[i];
    if (i != 0) *line << (is_cycle ? ", which" : ", ");
    if (i == 0 || !is_cycle) Name(*line, party);
    *line << " waits for " << Words(party.kind.load(std::memory_order_relaxed));
    if (!is_cycle) {
      NameWhoEnded(party, line);
      continue;
    }
    *line << " of ";
    if (parties.size() == 1) {
      *line << "its own";
    } else {
      Name(*line, *parties[(i + 1) % parties.size()]);
    }
  }
  if (parties.size() > 8) *line << ", and so on over " << parties.size() << " threads";
  if (!is_cycle) *line << ", and nobody is left to end that";
}

class Teller : public HookScope {
 public:
  using HookScope::HookScope;

  void Tell(std::span<Waiter* const> parties, bool is_cycle) {
    if (!Enter()) return;
    DeadlockedThread told[kMostTold];
    CallSite taken[kMostTold];
    // Who ended goes first: a finding stands where its last party waits.
    size_t count = is_cycle ? 0 : DescribeWhoEnded(parties, told, taken);
    for (size_t i = 0; i < parties.size() && count < kMostTold; ++i) {
      const Waiter* before = parties[(i + parties.size() - 1) % parties.size()];
      if (Describe(*parties[i], is_cycle ? before : nullptr, &told[count], &taken[count])) {
        ++count;
      }
    }
    Line story;
    hooks::Describe(parties, is_cycle, &story);
    session().engine().ReportDeadlock(*thread_slot.state->context, {told, count}, story.c_str(),
                                      UnlockSite());
    Say(Line() << "process " << static_cast<uint64_t>(session().pid())
               << ": deadlock: " << story.view());
    session().AfterDeadlock();
    Leave();
  }

 private:
  // What the wait is for, as the engine knows it; null if it does not.
  const LockMap* MapOf(const Waiter& waiter) {
    const auto value = reinterpret_cast<uintptr_t>(waiter.object);
    ResourceId id = {ResourceType::kSemaphore, value, LockKind::kSemaphore};
    switch (waiter.kind.load(std::memory_order_relaxed)) {
      case WaitKind::kSemaphore:
        break;
      case WaitKind::kCondition:
        id = {ResourceType::kCondition, value, LockKind::kCondition};
        break;
      case WaitKind::kThread:
        id = {ResourceType::kThread, value, LockKind::kThread};
        break;
      case WaitKind::kBarrier:
        id = BarrierAt(waiter.object);
        break;
      default: {
        const HeldLock* announced = waiter.FindAnnounced();
        return announced == nullptr ? nullptr : announced->lock;
      }
    }
    const Resource* resource =
        resources.FindOrBegin(*thread_slot.state, id, ClassOrigin::kFirstUse, waiter.frames[0]);
    return resource == nullptr ? nullptr : &resource->map;
  }

  // Each who left locked what one of these waits for.
  static size_t DescribeWhoEnded(std::span<Waiter* const> parties, DeadlockedThread* told,
                                 CallSite* taken) {
    size_t count = 0;
    for (const Waiter* waiter : parties) {
      LeftLock left;
      if (count == kMostLeft) break;
      if (!FindLeftLock(*waiter, &left)) continue;
      const LockMap* lock = waiter->FindAnnounced()->lock;
      const bool is_known = std::any_of(
          told, told + count, [&](const DeadlockedThread& one) { return one.holds == lock; });
      if (is_known) continue;
      taken[count] = left.taken_at;
      told[count] = {.thread = left.thread,
                     .holds = lock,
                     .holds_mode = left.mode,
                     .taken_at = FramesOf(taken[count]),
                     .waits_for = lock,
                     .waits_mode = left.mode};
      ++count;
    }
    return count;
  }

  static std::span<const uintptr_t> FramesOf(const CallSite& site) {
    size_t noted = 0;
    while (noted < CallSite::kMaxFrames && site.pcs[noted] != 0) ++noted;
    return {site.pcs, noted};
  }

  bool Describe(const Waiter& waiter, const Waiter* before, DeadlockedThread* told,
                CallSite* taken) {
    const LockMap* waits_for = MapOf(waiter);
    if (waits_for == nullptr) return false;
    const HeldLock* held = before != nullptr ? waiter.FindHeld(before->object) : Newest(waiter);
    const WaitKind kind = waiter.kind.load(std::memory_order_relaxed);
    const bool waits_to_read = kind == WaitKind::kReadLock || kind == WaitKind::kAnnotatedRead;
    *told = {.thread = waiter.context->id,
             .waits_for = waits_for,
             .waits_mode = waits_to_read ? ReadMode::kRead : ReadMode::kWrite,
             .waits_at = waiter.stack()};
    if (held == nullptr) return true;
    told->holds = held->lock;
    told->holds_mode = held->use.mode();
    *taken = held->site();
    told->taken_at = FramesOf(*taken);
    return true;
  }

  // What it took last; others may wait for it.
  static const HeldLock* Newest(const Waiter& waiter) {
    const HeldLocks& held = waiter.context->held;
    const HeldLock* announced = waiter.FindAnnounced();
    for (uint32_t i = held.depth(); i-- > 0;) {
      if (&held[i] != announced) return &held[i];
    }
    return nullptr;
  }
};

}  // namespace

void TellDeadlock(std::span<Waiter* const> parties, bool is_cycle, const Caller& caller) {
  Teller(caller).Tell(parties, is_cycle);
}

}  // namespace lockdep::hooks
