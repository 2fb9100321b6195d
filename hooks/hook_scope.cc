#include "hooks/hook_scope.h"

#include <cerrno>

#include "hooks/creation.h"
#include "hooks/lifecycle.h"
#include "hooks/nesting.h"
#include "hooks/read_memory.h"
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

constinit LockEnds lock_ends;

namespace {

bool IsHeldAfter(int result) { return result == 0 || result == EOWNERDEAD; }

// What the kernel puts on the stack for a handler has at least the red zone, the
// floating point state of fxsave, and 440 bytes (struct rt_sigframe) on x86-64.
constexpr uintptr_t kLeastSignalFrame = 1024;

bool IsOnOwnStack(uintptr_t address) {
  return address >= thread_slot.stack_low && address < thread_slot.stack_high;
}

ThreadState& self() { return *thread_slot.state; }

}  // namespace

// Whether the hook that closed the gate was jumped out of: its return address is
// not there any more.  A call from as far out on the same stack proves it too,
// and once we have started, when nobody calls hooks on our behalf, so does one
// from so near that no signal came between.
bool HookScope::IsAbandoned() const {
  const uintptr_t open = thread_slot.gate & ~uintptr_t{1};
  if (!IsOnOwnStack(open)) return false;
  if (reinterpret_cast<const uintptr_t*>(open)[1] != thread_slot.gate_pc) return true;
  const uintptr_t near = CurrentStage() == Stage::kActive ? kLeastSignalFrame : 0;
  return IsOnOwnStack(caller_.frame) && caller_.frame + near >= open;
}

__attribute__((noinline)) bool HookScope::EnterSlow() {
  if (thread_slot.gate != kNoGate && !IsAbandoned()) return false;
  if (thread_slot.has_ended) return false;
  // Before the gate closes: without the bounds a jump out of it would never be noticed.
  NoteOwnStack();
  CloseGate(caller_);
  const bool active = EnsureActive() && (thread_slot.state != nullptr || AttachThread() != nullptr);
  if (active) {
    if (thread_slot.work_is_due) DoDueWork();
    if (AreContextsDue()) TellContexts(caller_);
    return true;
  }
  OpenGate(kNoGate);
  return false;
}

__attribute__((noinline)) void HookScope::DoDueWork() {
  thread_slot.work_is_due = false;
  session().DoDueWork();
}

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
  const uint32_t ends = lock_ends.At(reinterpret_cast<uintptr_t>(record.map.address));
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
void HookScope::NoteStep(const HeldLock& held, uint32_t ends) {
  if (IsTiming() || frame_pointers.Find(caller_.pc) != FramePointerTable::Answer::kNotKept) return;
  const auto address = reinterpret_cast<uintptr_t>(held.lock->address);
  const ChainKey before = held.previous_chain_key;
  self().has_nested_steps = self().has_nested_steps || before != kEmptyChainKey;
  self().steps.Slot(before, address) = {.before = before,
                                        .map = held.lock,
                                        .use = held.use,
                                        .nest_lock = nullptr,
                                        .lock = address | StepModeOf(held.use),
                                        .after = self().context->chain_key,
                                        .site = caller_.pc,
                                        .ends = ends};
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

int HookScope::AfterInit(const LockReference& lock, int result) {
  if (result != 0 || !Enter()) return result;
  if (LockRecord* old = session().locks().Find(lock); old != nullptr) {
    if (self().context->held.depth() == 0) self().holds_from_before_fork = false;
    if (!self().holds_from_before_fork) {
      session().engine().DestroyLock(*self().context, old->map, UnlockSite());
    }
    session().locks().End(&self(), old);
  }
  session().locks().BeginInitialised(self(), lock, caller_);
  Leave();
  return result;
}

// EBUSY: glibc found it held and left it alone, so it is still held.
int HookScope::AfterDestroy(const LockReference& lock, int result) {
  if ((result != 0 && result != EBUSY) || !Enter()) return result;
  LockRecord* record = session().locks().Find(lock);
  if (record != nullptr) {
    const bool is_held = session().validator().IsHeld(*self().context, record->map, HeldMode::kAny);
    session().engine().DestroyLock(*self().context, record->map, UnlockSite());
    if (result == 0) {
      session().locks().End(&self(), record);
    } else if (is_held) {
      Acquire(*record, ReadMode::kWrite, TryLock::kYes);
    }
  }
  Leave();
  return result;
}

// Also for a thread that the hooks are not active in: others may use the memory
// again.
void HookScope::EndLocksIn(uintptr_t begin, uintptr_t end) {
  const bool is_active = Enter();
  session().locks().shadow().ForEachMarkedPart(begin, end, [&](uintptr_t from, uintptr_t to) {
    resources.ForEachIn(from, to, [&](Resource* resource) {
      if (is_active) session().engine().DestroyLock(*self().context, resource->map, UnlockSite());
      resources.End(resource);
    });
  });
  if (is_active) Leave();
  EndLocksIn(begin, end, UINT64_MAX);
}

void HookScope::EndLocksIn(uintptr_t begin, uintptr_t end, uint64_t begun) {
  LockTable& locks = session().locks();
  const bool is_active = Enter();
  locks.shadow().ForEachLock(begin, end, [&](LockRecord* record) {
    if (record->number > begun) return;
    if (is_active) session().engine().DestroyLock(*self().context, record->map, UnlockSite());
    locks.End(is_active ? &self() : nullptr, record);
  });
  if (is_active) Leave();
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

// A mutex that another thread has released meanwhile was reported then and is
// not held now.  Its memory may be gone: it is read by a call that then fails.
void HookScope::ForgetReleasedByOthers() {
  const HeldLocks& held = self().context->held;
  for (uint32_t i = held.depth(); i-- > 0;) {
    const LockMap* lock = held[i].lock;
    // Others may end these; a semaphore is one that turned out to be no lock.
    if (lock->kind == LockKind::kBinarySemaphore || lock->kind == LockKind::kSemaphore ||
        lock->kind == LockKind::kFileLock) {
      session().engine().CancelAcquire(*self().context, *lock);
      continue;
    }
    if (!IsInLockTable(*lock)) continue;
    if (lock->kind != LockKind::kMutex && lock->kind != LockKind::kRecursiveMutex) continue;
    pthread_mutex_t copy;
    if (ReadMemory(lock->address, &copy, sizeof(copy)) && !IsOwnedBy(&copy, self().tid)) {
      session().engine().CancelAcquire(*self().context, *lock);
    }
  }
}

void HookScope::EndLocksOnOwnStack() {
  LockTable& locks = session().locks();
  locks.shadow().ForEachLock(thread_slot.stack_low, thread_slot.stack_high,
                             [&](LockRecord* record) { locks.End(&self(), record); });
  locks.shadow().ForEachMarkedPart(
      thread_slot.stack_low, thread_slot.stack_high, [&](uintptr_t from, uintptr_t to) {
        resources.ForEachIn(from, to, [&](Resource* resource) { resources.End(resource); });
      });
}

void HookScope::EndThread() {
  if (thread_slot.state == nullptr || !Enter()) return;
  ThreadState* state = &self();
  const bool is_main = state->tid == session().pid();
  ForgetLeftSections(thread_slot.stack_high - 1);
  ForgetReleasedByOthers();
  if (!is_main) {
    session().engine().ReportHeld(*state->context);
    session().engine().ResetHeld(*state->context);
    EndLocksOnOwnStack();
  }
  if (thread_slot.work_is_due) DoDueWork();
  DetachThread(state);
  OpenGate(kNoGate);
}

}  // namespace lockdep::hooks
