#include "hooks/rendezvous.h"

#include <algorithm>
#include <utility>

#include "hooks/grading.h"
#include "hooks/session.h"
#include "hooks/step_notes.h"

namespace lockdep::hooks {
namespace {

ThreadState& self() { return *thread_slot.state; }

// As glibc lays it out: entered, round, count, shared.
struct BarrierWords {
  uint32_t words[4];
};

BarrierWords WordsOf(const pthread_barrier_t* barrier) {
  BarrierWords words;
  static_assert(sizeof(words) <= sizeof(*barrier));
  __builtin_memcpy(&words, barrier, sizeof(words));
  return words;
}

bool IsShared(const pthread_barrier_t* barrier) { return WordsOf(barrier).words[3] != 0; }

// The ends of all threads that were created over the same calls are one class.
void MakeMap(const ThreadLife& life, LockMap* map) {
  constexpr uint64_t kBelowType = (uint64_t{1} << 56) - 1;
  const auto type = static_cast<uint64_t>(ResourceType::kThread) << 56;
  map->SetClass(ClassKey{type | (life.path & kBelowType)}, nullptr);
  map->address = reinterpret_cast<const void*>(life.handle);
  map->origin = life.site;
  map->origin_kind = ClassOrigin::kInitSite;
  map->kind = LockKind::kThread;
}

bool Holds(const ThreadContext& thread, const void* address) {
  return std::any_of(thread.held.begin(), thread.held.end(),
                     [&](const HeldLock& held) { return held.lock->address == address; });
}

}  // namespace

uint32_t CountOf(const pthread_barrier_t* barrier) { return WordsOf(barrier).words[2]; }

uint32_t RoundsOf(const pthread_barrier_t* barrier) { return WordsOf(barrier).words[1]; }

void Rendezvous::TellWait(const LockMap& wait) {
  NoteSteps(self(), wait, ReadMode::kWrite);
  session().engine().Sync(*self().context, {.lock = &wait, .site = NoteCallSite(caller())});
}

void Rendezvous::TellTaken(const LockMap& wait, const TakenLock& taken, const void* announced) {
  if (taken.segment == nullptr) return;
  const void* const address = taken.AddressHeldBy(*self().context);
  const bool is_announced = address == announced && Holds(*self().context, announced);
  const ThreadId thread = taken.segment->thread;
  const Occurrence seen{.thread = thread,
                        .kinds = MaskOf(Classify(ReadMode::kWrite, taken.mode)),
                        .is_past = true,
                        .harmless = is_announced ? Harmless::kAnnouncedEnd : Harmless::kNo,
                        .first = taken.segment,
                        .last = taken.segment,
                        .gates = {}};
  session().validator().LockGraph();
  const ClassKey to = session().validator().classes().Get(taken.class_id).key;
  if (grading.Note({wait.key, to}, seen)) session().TellAgain();
  session().validator().UnlockGraph();
  session().engine().WakeAfter(*self().context, {.lock = &wait, .site = NoteCallSite(caller())},
                               {.class_id = taken.class_id,
                                .mode = taken.mode,
                                .thread = thread,
                                .address = address,
                                .site = taken.site});
}

void Rendezvous::AfterJoin(pthread_t ended, Limit limit) {
  if (!Enter()) return;
  TakenLock* taken = nullptr;
  session().validator().LockGraph();
  ThreadLife* const life = thread_order.Find(ended);
  if (life != nullptr) taken = std::exchange(life->taken, nullptr);
  session().validator().UnlockGraph();
  if (life != nullptr && limit == Limit::kNone && !self().context->held.on_floor()) {
    LockMap end;
    MakeMap(*life, &end);
    TellWait(end);
    for (const TakenLock* one = taken; one != nullptr; one = one->next)
      TellTaken(end, *one, life->announced);
  }
  GiveBackTaken(taken);
  session().validator().LockGraph();
  if (life != nullptr && thread_order.Join(life, *self().context)) session().TellAgain();
  if (life != nullptr && self().segment != nullptr) {
    EnterSegment(self(), thread_order.Advance(self().segment, life->last));
  }
  session().validator().UnlockGraph();
  Leave();
}

// What one thread does on both sides of a barrier nobody waits for.
void Rendezvous::BeforeBarrier(const pthread_barrier_t* barrier) {
  const uint32_t count = CountOf(barrier);
  if (count < 2 || !Enter()) return;
  Resource* resource = Get(BarrierAt(barrier));
  if (resource != nullptr) {
    if (!IsShared(barrier) && self().segment != nullptr) {
      session().validator().LockGraph();
      round_ = thread_order.Arrive(&resource->round, *self().segment, count);
      session().validator().UnlockGraph();
    }
    if (!self().context->held.on_floor()) {
      NoteParty(resource->waiter, self().tid);
      TellWait(resource->map);
    }
    const bool waits_alone = resource->waiter.load(std::memory_order_relaxed) == self().tid;
    for (const TakenLock* one = self().taken.list(); one != nullptr; one = one->next) {
      if (round_ == nullptr || waits_alone) break;
      if (one->segment != nullptr && one->segment->number >= self().phase) {
        TellTaken(resource->map, *one, nullptr);
      }
    }
  }
  Leave();
}

void Rendezvous::AfterBarrier() {
  if (round_ == nullptr || !Enter()) return;
  session().validator().LockGraph();
  const Segment* next = thread_order.Advance(self().segment, round_);
  EnterSegment(self(), next);
  if (next != nullptr) self().phase = next->number;
  session().validator().UnlockGraph();
  Leave();
}

}  // namespace lockdep::hooks
