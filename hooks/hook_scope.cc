#include "hooks/hook_scope.h"

#include <cerrno>

#include "hooks/creation.h"
#include "hooks/left_locks.h"
#include "hooks/nesting.h"
#include "hooks/resource.h"
#include "hooks/sections.h"
#include "hooks/session.h"
#include "hooks/step_notes.h"
#include "hooks/taken_locks.h"
#include "hooks/thread_order.h"
#include "hooks/timing.h"

// All of what these call that can be inlined is: the rest is the cold path.
#define LOCKDEP_HOT_PATH __attribute__((flatten))

namespace lockdep::hooks {

namespace {

bool IsHeldAfter(int result) { return result == 0 || result == EOWNERDEAD; }

ThreadState& self() { return *thread_slot.state; }

}  // namespace

LockRecord* HookScope::Get(const LockReference& lock) {
  LockRecord* record = session().locks().Find(lock);
  if (record != nullptr) [[likely]]
    return record;
  return session().locks().BeginUsed(self(), lock, caller_);
}

// A semaphore that another thread posted is no lock, though it was taken for one.
void HookScope::ForgetStaleHolds() {
  ForgetLeftSections(caller_.frame);
  const uint32_t unlocked = resources.unlocked();
  if (self().unlocked_seen == unlocked) return;
  self().unlocked_seen = unlocked;
  const HeldLocks& held = self().context->held;
  for (uint32_t i = held.depth(); i-- > 0;) {
    if (held[i].lock->kind == LockKind::kSemaphore) {
      session().engine().CancelAcquire(*self().context, *held[i].lock);
    }
  }
}

void HookScope::Acquire(LockRecord& record, ReadMode mode, TryLock trylock) {
  ForgetStaleHolds();
  ThreadContext& context = *self().context;
  const ChainKey before = context.chain_key;
  const uint64_t ends = lock_ends.At(reinterpret_cast<uintptr_t>(record.map.address));
  Acquisition acquisition{
      .lock = &record.map, .mode = mode, .trylock = trylock, .site = NoteCallSite(caller_)};
  if (mode == ReadMode::kRecursiveRead && trylock == TryLock::kNo) NoteReadAgain(record);
  acquisition.host_orders_class = record.may_share_class && IsNestedInClass(context, acquisition);
  const bool is_settled = trylock == TryLock::kYes || NoteSteps(self(), record.map, mode);
  session().engine().Acquire(context, acquisition);
  TimeAcquired(self(), record.map);
  if (context.chain_key == before) return;
  if (trylock == TryLock::kNo) NoteTakenLock(self());
  if (acquisition.host_orders_class) {
    CheckNestings(self());
  } else if (is_settled && record.guard.slot == nullptr) {  // The hot path asks no guard.
    NoteStep(context.held[context.held.depth() - 1], ends);
  }
}

// The default kind of rwlock allows it, since readers pass a writer that waits; others,
// and what the C++ and POSIX standards promise, do not.
__attribute__((noinline)) void HookScope::NoteReadAgain(const LockRecord& record) {
  static constexpr ViolationReason kReaderPreferring = {.text = "reader-preferring"};
  ThreadContext& context = *self().context;
  const HeldLock* known = nullptr;
  for (const HeldLock& held : context.held) {
    if (held.lock == &record.map && held.use.mode() == ReadMode::kRecursiveRead) known = &held;
  }
  if (known == nullptr) return;
  const CallSite site = NoteCallSite(caller_);
  const Validator::StepStacks stacks = session().engine().KeepStacks(context, *known, site);
  const ClassId id = known->use.class_id();
  const ViolationEdge step = {.from = id,
                              .to = id,
                              .from_mode = ReadMode::kRecursiveRead,
                              .to_mode = ReadMode::kRecursiveRead,
                              .thread = context.id,
                              .from_lock = record.map.address,
                              .to_lock = record.map.address,
                              .from_stack = stacks.from,
                              .to_stack = stacks.to,
                              .declaration = nullptr};
  Violation violation{.kind = ViolationKind::kReadRecursion, .level = Level::kNote};
  violation.lock = {id, ReadMode::kRecursiveRead, record.map.address, stacks.to};
  violation.edges = {&step, 1};
  violation.reasons = {&kReaderPreferring, 1};
  session().engine().Report(context, violation, site);
}

// For the hot path: `held` is what was just taken, `ends` was read before it was.
void HookScope::NoteStep(const HeldLock& held, uint64_t ends) {
  using Answer = FramePointerTable::Answer;
  const Answer answer = frame_pointers.Find(caller_.pc);
  if (IsTiming() || answer == Answer::kUnknown) return;
  const Callers callers = answer == Answer::kKept ? Callers::kNoted : Callers::kNone;
  const auto address = reinterpret_cast<uintptr_t>(held.lock->address);
  const bool has_grown = self().steps.Note({.before = held.previous_chain_key,
                                            .lock = address | StepModeOf(held.use),
                                            .place = PlaceOf(caller_.pc, callers),
                                            .ends = ends,
                                            .after = self().context->chain_key,
                                            .map = held.lock,
                                            .use = held.use});
  if (has_grown) thread_slot.steps = self().steps.table();
}

LockRecord* HookScope::BeforeLock(const LockReference& lock, ReadMode mode) {
  LockRecord* record = Get(lock);
  if (record != nullptr) Acquire(*record, mode, TryLock::kNo);
  return record;
}

LOCKDEP_HOT_PATH LockRecord* HookScope::BeforeLock(pthread_mutex_t* mutex) {
  if (!Enter()) return nullptr;
  LockRecord* record = nullptr;
  if (!IsAnsweredAtOnce(mutex, self().tid)) record = BeforeLock(Refer(mutex), ReadMode::kWrite);
  Leave();
  return record;
}

LOCKDEP_HOT_PATH LockRecord* HookScope::BeforeReadLock(pthread_rwlock_t* rwlock) {
  if (!Enter()) return nullptr;
  LockRecord* record = BeforeLock(Refer(rwlock), ReadModeOf(rwlock));
  Leave();
  return record;
}

LOCKDEP_HOT_PATH LockRecord* HookScope::BeforeWriteLock(pthread_rwlock_t* rwlock) {
  if (!Enter()) return nullptr;
  LockRecord* record = BeforeLock(Refer(rwlock), ReadMode::kWrite);
  Leave();
  return record;
}

int HookScope::AfterLock(LockRecord* announced, int result) {
  if (announced != nullptr && !IsHeldAfter(result)) [[unlikely]]
    Cancel(*announced);
  return result;
}

__attribute__((noinline)) void HookScope::Cancel(LockRecord& record) {
  if (!Enter()) return;
  TimeCancelled(self(), record.map);
  session().engine().CancelAcquire(*self().context, record.map);
  Leave();
}

void HookScope::NoteTaken(const LockReference& lock, ReadMode mode) {
  if (LockRecord* record = Get(lock); record != nullptr) Acquire(*record, mode, TryLock::kYes);
}

int HookScope::AfterTry(pthread_mutex_t* mutex, int result) {
  if (!IsHeldAfter(result) || !Enter()) return result;
  if (!IsHeldAgain(mutex, self().tid)) NoteTaken(Refer(mutex), ReadMode::kWrite);
  Leave();
  return result;
}

int HookScope::AfterReadTry(pthread_rwlock_t* rwlock, int result) {
  if (!IsHeldAfter(result) || !Enter()) return result;
  NoteTaken(Refer(rwlock), ReadModeOf(rwlock));
  Leave();
  return result;
}

int HookScope::AfterWriteTry(pthread_rwlock_t* rwlock, int result) {
  if (!IsHeldAfter(result) || !Enter()) return result;
  NoteTaken(Refer(rwlock), ReadMode::kWrite);
  Leave();
  return result;
}

// Without callers: it is looked at only when the release is a finding, and then
// the stack is there.
CallSite HookScope::UnlockSite() const {
  CallSite site;
  site.pcs[0] = caller_.pc;
  site.frame = caller_.frame;
  return site;
}

void HookScope::Release(const LockReference& lock) {
  LockRecord* record = Get(lock);
  if (record == nullptr) return;
  if (AreLocksLeft() &&
      !session().validator().IsHeld(*self().context, record->map, HeldMode::kAny)) {
    ForgetLeftLock(*record);
  }
  TimeReleased(self(), record->map);
  session().engine().Release(*self().context, record->map, UnlockSite());
}

// The engine hears of a release before it happens, because afterwards the lock
// is another thread's, or gone.  So whether it will happen is settled first: a
// mutex that refuses strangers stays what it is, and only the attempt of a
// thread that never took it is told.
LOCKDEP_HOT_PATH void HookScope::BeforeUnlock(pthread_mutex_t* mutex) {
  if (!Enter()) return;
  const pid_t tid = self().tid;
  const bool is_refused = RefusesStrangers(mutex) && !IsOwnedBy(mutex, tid);
  const LockRecord* known = is_refused ? session().locks().Find(Refer(mutex)) : nullptr;
  const bool is_held_for_us =
      known != nullptr && session().validator().IsHeld(*self().context, known->map, HeldMode::kAny);
  if (!IsHeldAgain(mutex, tid) && !is_held_for_us) Release(Refer(mutex));
  Leave();
}

LOCKDEP_HOT_PATH void HookScope::BeforeUnlock(pthread_rwlock_t* rwlock) {
  if (!Enter()) return;
  Release(Refer(rwlock));
  Leave();
}

// A wait that was refused (EINVAL, EPERM) never let go of the mutex: taking it
// back is no waiting.
int HookScope::AfterWait(pthread_mutex_t* mutex, int result) {
  if (result == ENOTRECOVERABLE || !Enter()) return result;
  const bool has_waited = IsHeldAfter(result) || result == ETIMEDOUT;
  if (!IsHeldAgain(mutex, self().tid)) {
    LockRecord* record = Get(Refer(mutex));
    const TryLock trylock = has_waited ? TryLock::kNo : TryLock::kYes;
    if (record != nullptr) Acquire(*record, ReadMode::kWrite, trylock);
  }
  Leave();
  return result;
}

// libc has taken the mutex back before it unwinds the waiting thread.
void HookScope::OnCancelledWait(void* wait_cleanup) {
  const auto* cleanup = static_cast<const WaitCleanup*>(wait_cleanup);
  cleanup->scope->AfterWait(cleanup->mutex, 0);
}

ThreadStart* HookScope::NewThreadStart() {
  if (!Enter()) return nullptr;
  auto* start = static_cast<ThreadStart*>(self().cells.Allocate());
  if (start != nullptr) {
    session().validator().LockGraph();
    const Segment* const own = self().segment;
    start->life = own == nullptr
                      ? nullptr
                      : thread_order.Create(*self().context, own, caller_.pc, HashCalls(caller_));
    if (own != nullptr) EnterSegment(self(), thread_order.Advance(own, nullptr));
    session().validator().UnlockGraph();
  }
  Leave();
  return start;
}

}  // namespace lockdep::hooks
