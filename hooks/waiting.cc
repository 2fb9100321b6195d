#include "hooks/waiting.h"

#include <sched.h>

#include <new>

#include "hooks/cells.h"
#include "hooks/left_locks.h"
#include "hooks/lock_identity.h"
#include "hooks/lock_reference.h"
#include "hooks/read_memory.h"
#include "hooks/resource.h"
#include "hooks/wait_end.h"
#include "hooks/waiter.h"

namespace lockdep::hooks {
namespace {

constinit std::atomic<Waiter*> waiters{nullptr};
constinit thread_local Waiter* own_waiter = nullptr;

// Threads that began and did not end, main included; and those that wait.
constinit std::atomic<int> alive{1};
constinit std::atomic<int> waiting{0};

// Main may end alone, and is a task of the process all the same.
constinit std::atomic<bool> has_main_ended{false};

// Only one looks at a time; the others look again later.
constinit std::atomic<bool> is_looking{false};
constinit uint32_t looks = 0;

Waiter* TakeUnused() {
  for (Waiter* waiter = FirstWaiter(); waiter != nullptr; waiter = waiter->next) {
    bool used = false;
    if (waiter->is_used.compare_exchange_strong(used, true, std::memory_order_acq_rel)) {
      return waiter;
    }
  }
  return nullptr;
}

Waiter* NewWaiter() {
  void* page = MapPages(4096, Pages::kCommit);
  if (page == nullptr) return nullptr;
  auto* waiter = new (page) Waiter();
  waiter->is_used.store(true, std::memory_order_relaxed);
  waiter->next = waiters.load(std::memory_order_relaxed);
  while (!waiters.compare_exchange_weak(waiter->next, waiter, std::memory_order_acq_rel)) {
  }
  return waiter;
}

Waiter* OwnWaiter() {
  if (thread_slot.state == nullptr) return nullptr;
  if (own_waiter == nullptr) {
    own_waiter = TakeUnused();
    if (own_waiter == nullptr) own_waiter = NewWaiter();
  }
  if (own_waiter == nullptr) return nullptr;
  // A wait that a signal handler jumped out of is over.
  if (own_waiter->IsWaiting()) waiting.fetch_sub(1, std::memory_order_acq_rel);
  own_waiter->kind.store(WaitKind::kNone, std::memory_order_release);
  own_waiter->context = thread_slot.state->context;
  own_waiter->tid = thread_slot.state->tid;
  own_waiter->self = pthread_self();
  return own_waiter;
}

void NoteSite(Waiter& waiter, const Caller& caller) {
  const CallSite site = NoteCallSite(caller);
  waiter.frame_count = 0;
  for (const uintptr_t pc : site.pcs) {
    if (pc == 0) break;
    waiter.frames[waiter.frame_count++] = pc;
  }
}

void NoteWholeStack(Waiter& waiter, const Caller& caller) {
  StackFrame frames[Waiter::kMaxFrames + 16];
  NativeStack stacks;
  const size_t count = stacks.Capture(frames);
  size_t first = 0;
  while (first < count && frames[first].pc != caller.pc) ++first;
  if (first == count) return;
  waiter.frame_count = 0;
  for (size_t i = first; i < count && waiter.frame_count < Waiter::kMaxFrames; ++i) {
    waiter.frames[waiter.frame_count++] = frames[i].pc;
  }
}

bool IsFollowed(WaitKind kind) {
  return kind != WaitKind::kSemaphore && kind != WaitKind::kCondition && kind != WaitKind::kBarrier;
}

// Whether `other`, which waits or seems to, waits for what `holder` has, and so stays as it is.
bool WaitsFor(const Waiter& other, const Waiter& holder) {
  if (!other.IsWaiting() && !other.HasAnnounced()) return false;
  const WaitKind kind = other.kind.load(std::memory_order_acquire);
  return IsFollowed(kind) && holder.Holds(kind, other.object);
}

// Whoever waits for what the last of the queue holds, breadth first, beginning with what `goal`
// holds, until somebody holds what `goal` waits for.  Returns that one, or null.  So each was
// seen to wait for one that stays as it is before it is looked at itself: what others hold may
// change meanwhile.
Waiter* FindWayBack(Waiter* goal) {
  const WaitKind wants = goal->kind.load(std::memory_order_acquire);
  if (!IsFollowed(wants)) return nullptr;
  ++looks;
  goal->look = looks;
  goal->queue = nullptr;
  Waiter* last = goal;
  for (Waiter* holder = goal; holder != nullptr; holder = holder->queue) {
    if (holder->Holds(wants, goal->object)) return holder;
    for (Waiter* other = FirstWaiter(); other != nullptr; other = other->next) {
      if (other->look == looks || !WaitsFor(*other, *holder)) continue;
      other->look = looks;
      other->held_by = holder;
      other->queue = nullptr;
      last->queue = other;
      last = other;
    }
  }
  return nullptr;
}

constexpr size_t kMostParties = 1024;

struct Parties {
  Waiter* all[kMostParties];
  uint32_t sequences[kMostParties];
  size_t count = 0;

  void Add(Waiter* waiter) {
    if (count == kMostParties) return;
    sequences[count] = waiter->sequence.load(std::memory_order_acquire);
    all[count++] = waiter;
  }
  bool AreStuck() const {
    for (size_t i = 0; i < count; ++i) {
      if (!IsStuck(*all[i])) return false;
    }
    return true;
  }
  // Whether they are still in the same waits as when they were found.
  bool Stayed() const {
    for (size_t i = 0; i < count; ++i) {
      if ((!all[i]->IsWaiting() && !all[i]->HasAnnounced()) ||
          all[i]->sequence.load(std::memory_order_acquire) != sequences[i]) {
        return false;
      }
    }
    return true;
  }
  bool WereTold() const {
    for (size_t i = 0; i < count; ++i) {
      if (all[i]->told == sequences[i]) return true;
    }
    return false;
  }
  void NoteTold() {
    for (size_t i = 0; i < count; ++i) all[i]->told = sequences[i];
  }
};

// Of who looks.
constinit Parties parties = {};

// Each waits for what the next one holds.
bool FindCycle(Waiter* self) {
  parties.count = 0;
  Waiter* holder = FindWayBack(self);
  if (holder == nullptr) return false;
  parties.Add(self);
  for (; holder != self; holder = holder->held_by) parties.Add(holder);
  return parties.Stayed();
}

bool WaitsForLeftLock(Waiter* self) {
  parties.count = 0;
  LeftLock left;
  if (!FindLeftLock(*self, &left) || !left.IsLeftForGood()) return false;
  parties.Add(self);
  return parties.Stayed() && TellLeftLockOnce(left);
}

// `ending`: threads that are still there and will do nothing more.
bool EverybodyWaits(int ending) {
  parties.count = 0;
  if (waiting.load(std::memory_order_acquire) < alive.load(std::memory_order_acquire)) return false;
  for (Waiter* waiter = FirstWaiter(); waiter != nullptr; waiter = waiter->next) {
    if (waiter->IsWaiting()) parties.Add(waiter);
  }
  const int threads = alive.load(std::memory_order_acquire);
  if (has_main_ended.load(std::memory_order_acquire)) ++ending;
  return static_cast<int>(parties.count) >= threads && parties.AreStuck() &&
         !CanEndFromOutside({parties.all, parties.count}, threads + ending) && parties.Stayed();
}

void TellParties(bool is_cycle, const Caller& caller) {
  if (parties.WereTold()) return;
  parties.NoteTold();
  TellDeadlock({parties.all, parties.count}, is_cycle, caller);
}

// Returns whether nobody else looks.
bool BeginToLook() {
  constexpr int kPatience = 1000;
  for (int i = 0; i < kPatience; ++i) {
    if (!is_looking.exchange(true, std::memory_order_acq_rel)) return true;
    sched_yield();
  }
  return false;
}

}  // namespace

Waiter* FirstWaiter() { return waiters.load(std::memory_order_acquire); }

const HeldLock* Waiter::FindAnnounced() const {
  const HeldLocks& held = context->held;
  const uint32_t depth = held.depth();
  return depth != 0 && held[depth - 1].lock->address == object ? &held[depth - 1] : nullptr;
}

const HeldLock* Waiter::FindHeld(const void* held_object) const {
  const HeldLocks& held = context->held;
  const HeldLock* announced = held_object == object ? FindAnnounced() : nullptr;
  for (uint32_t i = held.depth(); i-- > 0;) {
    if (held[i].lock->address == held_object && &held[i] != announced) return &held[i];
  }
  return nullptr;
}

bool Waiter::Holds(WaitKind waits, const void* what) const {
  if (waits == WaitKind::kThread) return reinterpret_cast<const void*>(self) == what;
  const HeldLock* const held = FindHeld(what);
  if (held == nullptr) return false;
  if (waits == WaitKind::kAnnotatedRead && held->use.mode() != ReadMode::kWrite) return false;
  return IsAnnotated(waits) || IsOwnedStill(*held);
}

// Another thread may have given it back; libc knows who has what only one can have.
bool Waiter::IsOwnedStill(const HeldLock& held) const {
  const LockMap& lock = *held.lock;
  if (!IsInLockTable(lock)) return IsOwnerStill(lock, tid);
  if (lock.kind == LockKind::kMutex || lock.kind == LockKind::kRecursiveMutex) {
    pthread_mutex_t mutex;
    return ReadMemory(lock.address, &mutex) && IsOwnedBy(&mutex, tid);
  }
  if (lock.kind == LockKind::kRwLock && held.use.mode() == ReadMode::kWrite) {
    pthread_rwlock_t rwlock;
    return ReadMemory(lock.address, &rwlock) && rwlock.__data.__cur_writer == tid;
  }
  return true;
}

PublishedWait::PublishedWait(WaitKind kind, const void* object, const Caller& caller,
                             const void* releases)
    : waiter_(OwnWaiter()), caller_(caller) {
  if (waiter_ == nullptr) return;
  waiter_->object = object;
  waiter_->releases = releases;
  waiter_->sequence.fetch_add(1, std::memory_order_relaxed);
  waiter_->signals = EndsBefore(kind, object);
  NoteSite(*waiter_, caller);
  waiter_->kind.store(kind, std::memory_order_release);
  waiting.fetch_add(1, std::memory_order_acq_rel);
}

void PublishedWait::End() {
  if (waiter_ == nullptr) return;
  waiting.fetch_sub(1, std::memory_order_acq_rel);
  waiter_->kind.store(WaitKind::kNone, std::memory_order_release);
  waiter_ = nullptr;
}

void PublishedWait::Look() {
  if (waiter_ == nullptr || is_looking.exchange(true, std::memory_order_acq_rel)) return;
  LookAlone();
}

void PublishedWait::LookAlone() {
  NoteWholeStack(*waiter_, caller_);
  const bool is_cycle = FindCycle(waiter_);
  if (is_cycle || WaitsForLeftLock(waiter_) || EverybodyWaits(0)) TellParties(is_cycle, caller_);
  is_looking.store(false, std::memory_order_release);
}

void PublishedWait::LookForLeftLock() {
  LeftLock left;
  if (waiter_ != nullptr && FindLeftLock(*waiter_, &left) && left.IsLeftForGood()) Look();
}

void PublishedWait::LookOnce() {
  if (waiting.load(std::memory_order_acquire) >= alive.load(std::memory_order_acquire)) Look();
}

// Of two who close a cycle at the same time the second to look sees both.
void PublishedWait::LookForCycle() {
  if (waiter_ != nullptr && BeginToLook()) LookAlone();
}

// To wait for itself is told as a recursive lock; who takes its own lock so is perhaps content.
void AnnounceWait(WaitKind kind, const void* lock, const Caller& caller) {
  Waiter* const waiter = OwnWaiter();
  if (waiter == nullptr) return;
  waiter->object = lock;
  waiter->sequence.fetch_add(1, std::memory_order_relaxed);
  waiter->acquisitions = waiter->context->acquisitions;
  NoteSite(*waiter, caller);
  waiter->kind.store(kind, std::memory_order_release);
  if (waiter->context->held.depth() < 2 || waiter->FindHeld(lock) != nullptr) return;
  if (!BeginToLook()) return;
  if (FindCycle(waiter)) {
    NoteWholeStack(*waiter, caller);
    TellParties(/*is_cycle=*/true, caller);
  }
  is_looking.store(false, std::memory_order_release);
}

void EndAnnouncedWait() {
  if (own_waiter != nullptr && IsAnnotated(own_waiter->kind.load(std::memory_order_relaxed))) {
    own_waiter->kind.store(WaitKind::kNone, std::memory_order_release);
  }
}

timespec Steps::Next() {
  constexpr unsigned kEvenSteps = 4;
  constexpr unsigned kMostDoublings = 5;
  constexpr unsigned kLongest = 3;
  constexpr int64_t kStep = 250'000'000;
  constexpr int64_t kSecond = 1'000'000'000;
  if (steps_left_ == 0) {
    const unsigned doublings = count_ < kEvenSteps ? 0 : count_ - kEvenSteps;
    steps_left_ = 1u << (doublings < kMostDoublings ? doublings : kMostDoublings);
    ++count_;
  }
  const unsigned steps = steps_left_ < kLongest ? steps_left_ : kLongest;
  steps_left_ -= steps;
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int64_t then = now.tv_nsec + kStep * steps;
  return {now.tv_sec + then / kSecond, static_cast<long>(then % kSecond)};
}

void NoteThreadCreated(int change) { alive.fetch_add(change, std::memory_order_acq_rel); }

void NoteOwnEnd() {
  if (own_waiter != nullptr) {
    own_waiter->kind.store(WaitKind::kNone, std::memory_order_release);
    own_waiter->is_used.store(false, std::memory_order_release);
  }
  own_waiter = nullptr;
  NoteThreadCreated(-1);
  if (thread_slot.state != nullptr) NoteLeftLocks(*thread_slot.state);
  if (waiting.load(std::memory_order_acquire) < alive.load(std::memory_order_acquire)) return;
  if (is_looking.exchange(true, std::memory_order_acq_rel)) return;
  if (EverybodyWaits(1)) {
    const StandInFrame frame;
    TellParties(/*is_cycle=*/false, frame.caller());
  }
  is_looking.store(false, std::memory_order_release);
}

void NoteMainEnd() { has_main_ended.store(true, std::memory_order_release); }

void ForgetOtherWaiters() {
  for (Waiter* waiter = FirstWaiter(); waiter != nullptr; waiter = waiter->next) {
    waiter->kind.store(WaitKind::kNone, std::memory_order_relaxed);
    waiter->is_used.store(waiter == own_waiter, std::memory_order_relaxed);
  }
  alive.store(1, std::memory_order_relaxed);
  waiting.store(0, std::memory_order_relaxed);
  is_looking.store(false, std::memory_order_relaxed);
  has_main_ended.store(false, std::memory_order_relaxed);
}

void NoteSignal(const void* condition) {
  if (waiting.load(std::memory_order_acquire) == 0) return;
  SignalsOf(condition).fetch_add(1, std::memory_order_relaxed);
}

}  // namespace lockdep::hooks
