#include "hooks/wait_scope.h"

#include "hooks/creation.h"
#include "hooks/grading.h"
#include "hooks/lock_identity.h"
#include "hooks/session.h"
#include "hooks/static_modules.h"
#include "hooks/step_notes.h"
#include "hooks/taken_locks.h"
#include "hooks/timing.h"
#include "hooks/waiting.h"

namespace lockdep::hooks {
namespace {

ThreadState& self() { return *thread_slot.state; }

Engine& engine() { return session().engine(); }

ResourceId SemaphoreAt(const void* semaphore) {
  return {ResourceType::kSemaphore, reinterpret_cast<uintptr_t>(semaphore), LockKind::kSemaphore};
}

ResourceId ConditionAt(const void* condition) {
  return {ResourceType::kCondition, reinterpret_cast<uintptr_t>(condition), LockKind::kCondition};
}

bool IsLock(const Resource& resource) { return !IsWait(resource.map.kind); }

// Whether a thread waits for it, as glibc counts them: by eight, above some flags.
bool IsAwaited(const void* condition) {
  return static_cast<const pthread_cond_t*>(condition)->__data.__wrefs >> 3 != 0;
}

}  // namespace

Resource* WaitScope::Get(const ResourceId& id, const char* name) {
  ForgetStaleHolds();
  return resources.FindOrBegin(self(), id, ClassOrigin::kFirstUse, caller().pc, name);
}

bool WaitScope::IsHeld(const Resource& resource) {
  return session().validator().IsHeld(*self().context, resource.map, HeldMode::kAny);
}

void WaitScope::Drop(const Resource& resource) {
  TimeCancelled(self(), resource.map);
  engine().CancelAcquire(*self().context, resource.map);
}

// Locks of one class whose order among each other only the program knows.
bool WaitScope::HoldsAnotherOf(const LockMap& map) {
  for (const HeldLock& held : self().context->held) {
    if (held.lock->key == map.key && held.lock != &map) return true;
  }
  return false;
}

Resource* WaitScope::Hold(Resource* resource, ReadMode mode, TryLock trylock) {
  if (resource == nullptr) return nullptr;
  if (trylock == TryLock::kNo) NoteSteps(self(), resource->map, mode);
  engine().Acquire(*self().context, {.lock = &resource->map,
                                     .mode = mode,
                                     .trylock = trylock,
                                     .host_orders_class = HoldsAnotherOf(resource->map),
                                     .site = NoteCallSite(caller())});
  if (trylock == TryLock::kNo && IsHeld(*resource)) NoteTakenLock(self());
  return resource;
}

Resource* WaitScope::BeforeHold(const ResourceId& id, ReadMode mode, const char* name) {
  if (!Enter()) return nullptr;
  Resource* resource = Hold(Get(id, name), mode, TryLock::kNo);
  Leave();
  return resource;
}

void WaitScope::AfterHold(Resource* announced, bool is_held) {
  if (announced == nullptr) return;
  if (is_held) {
    announced->owner.store(self().tid, std::memory_order_relaxed);
    return TimeGot(announced->map.address);
  }
  if (!Enter()) return;
  Drop(*announced);
  Leave();
}

void WaitScope::OnCancelledHold(void* announced) {
  const auto* held = static_cast<const Announced*>(announced);
  held->scope->AfterHold(held->resource, /*is_held=*/false);
}

void WaitScope::NoteHeld(const ResourceId& id, ReadMode mode, const char* name) {
  if (!Enter()) return;
  Resource* resource = Hold(Get(id, name), mode, TryLock::kYes);
  if (resource != nullptr) resource->owner.store(self().tid, std::memory_order_relaxed);
  Leave();
}

void WaitScope::BeforeUnhold(const ResourceId& id) {
  if (!Enter()) return;
  if (Resource* resource = Get(id); resource != nullptr) {
    resource->owner.store(kSeveral, std::memory_order_relaxed);
    TimeReleased(self(), resource->map);
    engine().Release(*self().context, resource->map, UnlockSite());
  }
  Leave();
}

Resource* WaitScope::BeforeHoldOnce(const ResourceId& id, ReadMode mode, const char* name) {
  if (!Enter()) return nullptr;
  Resource* resource = Get(id, name);
  if (resource != nullptr && IsHeld(*resource)) resource = nullptr;
  Hold(resource, mode, TryLock::kNo);
  Leave();
  return resource;
}

void WaitScope::Forget(const Resource& resource) {
  if (!Enter()) return;
  Drop(resource);
  Leave();
}

void WaitScope::HoldAgain(const ResourceId& id, TryLock trylock, const char* name) {
  if (!Enter()) return;
  Resource* resource = Get(id, name);
  if (resource != nullptr && IsHeld(*resource)) {
    ++resource->times_again;
  } else {
    Hold(resource, ReadMode::kWrite, trylock);
  }
  Leave();
}

void WaitScope::TakeBack(Resource& resource) {
  if (resource.times_again != 0) {
    --resource.times_again;
  } else {
    Drop(resource);
  }
}

void WaitScope::BeforeUnholdAgain(const ResourceId& id) {
  if (!Enter()) return;
  Resource* resource = resources.Find(id);
  if (resource != nullptr && IsHeld(*resource)) {
    if (resource->times_again != 0) {
      --resource->times_again;
    } else {
      TimeReleased(self(), resource->map);
      engine().Release(*self().context, resource->map, UnlockSite());
    }
  }
  Leave();
}

// A thread does not wait for what it alone ends, however it does both.
void WaitScope::WaitFor(Resource& resource) {
  const pid_t tid = self().tid;
  if (self().context->held.depth() == 0) return;
  NoteParty(resource.waiter, tid);
  if (resource.ender.load(std::memory_order_relaxed) == tid) return;
  NoteSteps(self(), resource.map, ReadMode::kWrite);
  engine().Sync(*self().context, {.lock = &resource.map, .site = NoteCallSite(caller())});
}

void WaitScope::EndFreely(Resource& resource) {
  if (resource.is_ended_freely.load(std::memory_order_relaxed)) return;
  resource.is_ended_freely.store(true, std::memory_order_relaxed);
  engine().NoteEndsFreely(*self().context, resource.map);
}

void WaitScope::EndWait(Resource& resource) {
  const pid_t tid = self().tid;
  if (self().context->held.depth() == 0) return EndFreely(resource);
  NoteParty(resource.ender, tid);
  if (resource.waiter.load(std::memory_order_relaxed) == tid) return;
  engine().Wake(*self().context, {.lock = &resource.map, .site = NoteCallSite(caller())});
}

void WaitScope::BeforeWait(const ResourceId& id, const char* name) {
  if (!Enter()) return;
  ForgetStaleHolds();
  const bool matters = self().context->held.depth() != 0;
  if (Resource* resource = matters ? Get(id, name) : nullptr; resource != nullptr)
    WaitFor(*resource);
  Leave();
}

void WaitScope::BeforeWake(const ResourceId& id) {
  if (!Enter()) return;
  if (Resource* resource = Get(id); resource != nullptr) EndWait(*resource);
  Leave();
}

void WaitScope::AfterBegin(const ResourceId& id) {
  if (!Enter()) return;
  if (Resource* old = resources.Find(id); old != nullptr) {
    engine().DestroyLock(*self().context, old->map, UnlockSite());
    resources.End(old);
  }
  resources.FindOrBegin(self(), id, ClassOrigin::kInitSite, caller().pc);
  Leave();
}

// More than one lock may be of the class, which is no gate then.
void WaitScope::ShareClass(Resource& resource, uint64_t origin, const char* name) {
  constexpr uint64_t kBelowType = (uint64_t{1} << 56) - 1;
  const uint64_t type = resource.id.load(std::memory_order_relaxed) & ~kBelowType;
  const ClassKey key{type | (origin & kBelowType)};
  resource.map.SetClass(key, name);
  if (name != nullptr) resource.map.origin_kind = ClassOrigin::kNamed;
  session().validator().LockGraph();
  const bool is_shared = session().validator().classes().Find(key, 0) != nullptr;
  if (is_shared && grading.NoteShared(key, /*is_loose=*/false)) session().TellAgain();
  session().validator().UnlockGraph();
}

void WaitScope::AfterBeginClassed(const ResourceId& id) {
  AfterBegin(id);
  if (!Enter()) return;
  Resource* resource = resources.Find(id);
  const bool has_origin = session().options().class_by != ClassBy::kInstance;
  if (resource != nullptr && has_origin && !IsStatic(resource->map.address)) {
    ShareClass(*resource, HashCalls(caller()), nullptr);
  }
  Leave();
}

void WaitScope::AfterEnd(const ResourceId& id) {
  if (!Enter()) return;
  if (Resource* resource = resources.Find(id); resource != nullptr) {
    engine().DestroyLock(*self().context, resource->map, UnlockSite());
    resources.End(resource);
  }
  Leave();
}

void WaitScope::AfterSemaphoreBegin(const void* semaphore, unsigned value) {
  ResourceId id = SemaphoreAt(semaphore);
  if (value != 1) return AfterBegin(id);
  // One that starts with 1 is meant to be a lock, until it turns out otherwise.
  id.kind = LockKind::kBinarySemaphore;
  AfterBeginClassed(id);
}

// Each opening is to be closed.
void WaitScope::AfterSemaphoreOpen(const void* semaphore, unsigned value) {
  if (Resource* known = resources.Find(SemaphoreAt(semaphore)); known != nullptr) {
    ++known->times_again;
  } else {
    AfterSemaphoreBegin(semaphore, value);
  }
}

void WaitScope::BeforeSemaphoreClose(const void* semaphore) {
  if (!Enter()) return;
  Resource* resource = resources.Find(SemaphoreAt(semaphore));
  if (resource != nullptr && resource->times_again != 0) {
    --resource->times_again;
  } else if (resource != nullptr) {
    if (IsHeld(*resource)) Drop(*resource);
    resources.End(resource);
  }
  Leave();
}

void WaitScope::AfterSemaphoreEnd(const void* semaphore) { AfterEnd(SemaphoreAt(semaphore)); }

void WaitScope::AfterConditionBegin(const void* condition) { AfterBegin(ConditionAt(condition)); }

void WaitScope::AfterConditionEnd(const void* condition) { AfterEnd(ConditionAt(condition)); }

// What one of a class is not, the others are not either.
Resource* WaitScope::GetSemaphore(const void* semaphore) {
  Resource* resource = Get(SemaphoreAt(semaphore));
  if (resource != nullptr && IsLock(*resource) && resources.IsUnlocked(resource)) {
    resources.Unlock(resource);
    ForgetStaleHolds();
  }
  return resource;
}

Resource* WaitScope::BeforeSemaphoreWait(const void* semaphore) {
  if (!Enter()) return nullptr;
  Resource* resource = GetSemaphore(semaphore);
  Resource* held = nullptr;
  if (resource != nullptr && IsLock(*resource) && IsHeld(*resource)) {
    Drop(*resource);  // A lock would be released first.
    resources.Unlock(resource);
  }
  if (resource != nullptr && IsLock(*resource)) {
    held = Hold(resource, ReadMode::kWrite, TryLock::kNo);
  } else if (resource != nullptr) {
    WaitFor(*resource);
  }
  Leave();
  return held;
}

void WaitScope::AfterSemaphoreTry(const void* semaphore) {
  if (!Enter()) return;
  Resource* resource = GetSemaphore(semaphore);
  if (resource != nullptr && IsLock(*resource) && !IsHeld(*resource)) {
    Hold(resource, ReadMode::kWrite, TryLock::kYes);
  }
  Leave();
}

void WaitScope::BeforePost(const void* semaphore) {
  if (!Enter()) return;
  Resource* resource = GetSemaphore(semaphore);
  if (resource != nullptr && IsHeld(*resource)) {
    TimeReleased(self(), resource->map);
    engine().Release(*self().context, resource->map, UnlockSite());
  } else if (resource != nullptr) {
    if (IsLock(*resource)) resources.Unlock(resource);
    EndWait(*resource);
  }
  Leave();
}

// Whether the thread holds a lock other than this one.
bool WaitScope::HoldsMoreThan(const void* mutex) {
  for (const HeldLock& held : self().context->held) {
    if (held.lock->address != mutex) return true;
  }
  return false;
}

void WaitScope::BeforeConditionWait(const void* condition, const void* mutex) {
  if (!Enter()) return;
  if (Resource* resource = Get(ConditionAt(condition)); resource != nullptr) {
    resource->mutex.store(mutex, std::memory_order_relaxed);
    if (HoldsMoreThan(mutex)) WaitFor(*resource);
  }
  Leave();
}

// The mutex of the condition is free while others wait: it stands in nobody's way.
void WaitScope::BeforeSignal(const void* condition) {
  NoteSignal(condition);
  if (!Enter()) return;
  NoteAnnouncement(self());
  Resource* resource = Get(ConditionAt(condition));
  if (resource != nullptr) {
    const void* mutex = resource->mutex.load(std::memory_order_relaxed);
    if (mutex != nullptr && HoldsMoreThan(mutex)) {
      EndWait(*resource);
    } else {
      EndFreely(*resource);
    }
    if (IsAwaited(condition)) OrderAfterThis(*resource);
  }
  Leave();
}

// What the thread did so far comes before what it wakes does next.
void WaitScope::OrderAfterThis(Resource& resource) {
  if (self().segment == nullptr) return;
  session().validator().LockGraph();
  const Segment* const last = resource.last_signal.load(std::memory_order_relaxed);
  const Segment* const signal = thread_order.Signal(*self().segment, last);
  if (last == nullptr) resource.first_signal = signal;
  resource.last_signal.store(signal, std::memory_order_release);
  if (signal != nullptr) EnterSegment(self(), thread_order.Advance(self().segment, nullptr));
  session().validator().UnlockGraph();
}

const Segment* WaitScope::LastSignal(const void* condition) {
  const Resource* resource = resources.Find(ConditionAt(condition));
  return resource == nullptr ? nullptr : resource->last_signal.load(std::memory_order_acquire);
}

const Segment* WaitScope::FirstSignal(const void* condition) {
  const Resource* resource = resources.Find(ConditionAt(condition));
  return resource == nullptr ? nullptr : resource->first_signal;
}

// The condition may be gone meanwhile.
void WaitScope::AfterSignal(const void* condition, const Segment* before) {
  const Segment* const last = LastSignal(condition);
  if (last == nullptr || last == before || !Enter()) return;
  session().validator().LockGraph();
  const Segment* signal = before != nullptr ? before->next_signal : FirstSignal(condition);
  if (signal != nullptr && self().segment != nullptr) {
    EnterSegment(self(), thread_order.Advance(self().segment, signal));
  }
  session().validator().UnlockGraph();
  Leave();
}

}  // namespace lockdep::hooks
