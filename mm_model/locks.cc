#include "mm_model/locks.h"

#include <iterator>
#include <utility>

#include "mm_model/machine.h"
#include "mm_model/mutation.h"

namespace mm_model {
namespace {

using lockdep::HeldMode;
using lockdep::ReadMode;

struct LockClassInfo {
  const char* name;
  lockdep::LockKind kind;
};

constexpr LockClassInfo kLockClasses[] = {
#define MM_LOCK_CLASS(identifier, name, kind) {name, lockdep::LockKind::kind},
#include "mm_model/lock_classes.def"
#undef MM_LOCK_CLASS
};

const LockClassInfo& InfoOf(LockClass lock_class) {
  return kLockClasses[static_cast<size_t>(lock_class)];
}

// The key of a class is the address of its row, as a lock_class_key's is in the kernel.
lockdep::ClassKey KeyOf(LockClass lock_class) {
  return {reinterpret_cast<uintptr_t>(&InfoOf(lock_class))};
}

// One thread runs the machine.
constexpr auto kRelaxed = std::memory_order_relaxed;

// Remembers what the engine has just called the class.
void Learn(const DepMap& map) {
  KnownClassIds& known = machine().known_class_ids();
  auto& ids = known.ids[static_cast<size_t>(map.lock_class)];
  for (size_t i = 0; i < std::size(ids); ++i) {
    const lockdep::ClassId id = map.class_cache[i].load(kRelaxed);
    if (id == lockdep::ClassId::kNone || ids[i] == id) continue;
    ids[i] = id;
    ++known.learned;
  }
  machine().CountLockTaken();
}

}  // namespace

static_assert(std::size(kLockClasses) <= KnownClassIds::kMaxClasses);

const char* NameOf(LockClass lock_class) { return InfoOf(lock_class).name; }

bool CanBeRead(LockClass lock_class) {
  return InfoOf(lock_class).kind == lockdep::LockKind::kRwSemaphore;
}

DepMap::DepMap(LockClass which, const void* object)
    : LockMap(KeyOf(which), InfoOf(which).name, InfoOf(which).kind),
      lock_class(which),
      owner(object) {
  const auto& ids = machine().known_class_ids().ids[static_cast<size_t>(which)];
  for (size_t i = 0; i < std::size(ids); ++i) class_cache[i].store(ids[i], kRelaxed);
}

void TellAcquire(DepMap& map, ReadMode mode, lockdep::TryLock trylock, const LockRequest& request) {
  const bool first = !std::exchange(map.was_taken, true);
  const bool gated = request.gate != nullptr && IsHeld(*request.gate, HeldMode::kWrite);
  machine().validator().Acquire(current().context(),
                                {.lock = &map,
                                 .mode = mode,
                                 .trylock = gated ? lockdep::TryLock::kYes : trylock,
                                 .subclass = request.subclass,
                                 .nest_lock = request.nest_lock,
                                 .site = request.site});
  if (first) Learn(map);
}

void TellRelease(DepMap& map, const lockdep::CallSite& site) {
  machine().validator().Release(current().context(), map, site);
}

bool IsHeld(const DepMap& map, HeldMode mode) {
  return machine().validator().IsHeld(current().context(), map, mode);
}

bool rw_semaphore::MayRead(const void* sem, const Task& /*task*/) {
  const auto& self = *static_cast<const rw_semaphore*>(sem);
  return self.writer_ == nullptr && self.queued_writers_ == 0;
}

bool rw_semaphore::MayWrite(const void* sem, const Task& /*task*/) {
  const auto& self = *static_cast<const rw_semaphore*>(sem);
  return self.writer_ == nullptr && self.readers_ == 0;
}

bool rw_semaphore::MayReadOrDie(const void* sem, const Task& task) {
  return task.fatal_signal_pending || MayRead(sem, task);
}

bool rw_semaphore::MayWriteOrDie(const void* sem, const Task& task) {
  return task.fatal_signal_pending || MayWrite(sem, task);
}

// After a killable wait: gives up, if the lock is not free after all.
bool rw_semaphore::Killed(const LockRequest& request) const {
  if (!request.killable) return false;
  AlsoTouches(&current().fatal_signal_pending, AccessMode::kShared);
  return current().fatal_signal_pending;
}

void rw_semaphore::Take(ReadMode mode) {
  if (mode == ReadMode::kWrite) {
    writer_ = &current();
  } else {
    ++readers_;
  }
}

bool rw_semaphore::LockForReading(const LockRequest& request) {
  const Step step{StepKind::kLock, dep_map_.name, this, AccessMode::kShared};
  if (request.killable && current().fatal_signal_pending) {
    SchedulingPoint(step);  // It waits for nothing.
  } else {
    WaitUntil(step, {request.killable ? &MayReadOrDie : &MayRead, this, &dep_map_, &request.site});
  }
  if (!MayRead(this, current()) && Killed(request)) return false;
  Take(ReadMode::kRead);
  return true;
}

// Two steps if it must wait: from the first on, readers queue behind it.
bool rw_semaphore::LockForWriting(const LockRequest& request) {
  const Step step{StepKind::kLock, dep_map_.name, this};
  SchedulingPoint(step);
  if (!MayWrite(this, current())) {
    ++queued_writers_;
    WaitUntil(step,
              {request.killable ? &MayWriteOrDie : &MayWrite, this, &dep_map_, &request.site});
    --queued_writers_;
    if (!MayWrite(this, current()) && Killed(request)) return false;
  }
  Take(ReadMode::kWrite);
  return true;
}

void rw_semaphore::AcquireLate(void* sem, ReadMode mode, const LockRequest& request) {
  static_cast<rw_semaphore*>(sem)->Acquire(mode, request);
}

// What a mutation makes of the request.  Returns whether that was all.
bool rw_semaphore::Mutate(ReadMode* mode, const LockRequest& request) {
  Mutation* const mutation = machine().mutation;
  if (mutation == nullptr) return false;
  const bool writes = *mode == ReadMode::kWrite;
  switch (mutation->OnAcquire(dep_map_, writes ? Attempt::kWrite : Attempt::kRead)) {
    case MutationKind::kDrop:
      return true;
    case MutationKind::kWeaken:
      *mode = ReadMode::kRead;
      return false;
    case MutationKind::kDelay:
      mutation->PutOff(dep_map_, {&AcquireLate, this, *mode, request});
      return true;
    default:
      return false;
  }
}

bool rw_semaphore::Acquire(ReadMode mode, const LockRequest& request) {
  if (request.before_waiting != nullptr) request.before_waiting(dep_map_, request.site);
  TellAcquire(dep_map_, mode, lockdep::TryLock::kNo, request);
  const bool locked = mode == ReadMode::kWrite ? LockForWriting(request) : LockForReading(request);
  if (!locked) machine().validator().CancelAcquire(current().context(), dep_map_);
  return locked;
}

bool rw_semaphore::Lock(ReadMode mode, const LockRequest& request) {
  if (Mutate(&mode, request)) return true;
  const bool locked = Acquire(mode, request);
  if (machine().mutation != nullptr) machine().mutation->TakeDelayed();
  return locked;
}

bool rw_semaphore::TryLock(ReadMode mode, const LockRequest& request) {
  switch (MutationOf(dep_map_, Attempt::kTry)) {
    case MutationKind::kDrop:
      return true;
    case MutationKind::kWait:
      return Acquire(mode, request);
    default:
      break;
  }
  const bool reads = mode != ReadMode::kWrite;
  SchedulingPoint({StepKind::kTryLock, dep_map_.name, this,
                   reads ? AccessMode::kShared : AccessMode::kExclusive});
  if (!(reads ? MayRead(this, current()) : MayWrite(this, current()))) return false;
  Take(mode);
  TellAcquire(dep_map_, mode, lockdep::TryLock::kYes, request);
  return true;
}

void rw_semaphore::Unlock(const LockRequest& request) {
  if (SkipsUnlock(dep_map_)) return;
  const bool writes = writer_ == &current();
  SchedulingPoint({StepKind::kUnlock, dep_map_.name, this,
                   writes ? AccessMode::kExclusive : AccessMode::kShared});
  TellRelease(dep_map_, request.site);
  if (downgraded_by_ == &current()) downgraded_by_ = nullptr;
  if (writes) {
    writer_ = nullptr;
  } else if (readers_ != 0) {
    --readers_;
  }
}

void rw_semaphore::Downgrade(const LockRequest& request) {
  SchedulingPoint({StepKind::kDowngrade, dep_map_.name, this});
  if (writer_ != &current()) return;  // A mutation took it from us.
  machine().validator().Downgrade(current().context(), dep_map_, ReadMode::kRead, request.site);
  writer_ = nullptr;
  downgraded_by_ = &current();
  ++readers_;
}

bool spinlock::IsFree(const void* lock, const Task& /*task*/) {
  return static_cast<const spinlock*>(lock)->owner_ == nullptr;
}

void spinlock::Acquire(const LockRequest& request) {
  if (request.before_waiting != nullptr) request.before_waiting(dep_map_, request.site);
  TellAcquire(dep_map_, ReadMode::kWrite, lockdep::TryLock::kNo, request);
  WaitUntil({StepKind::kLock, dep_map_.name, this}, {&IsFree, this, &dep_map_, &request.site});
  owner_ = &current();
}

void spinlock::AcquireLate(void* lock, ReadMode /*mode*/, const LockRequest& request) {
  static_cast<spinlock*>(lock)->Acquire(request);
}

void spinlock::Lock(const LockRequest& request) {
  Mutation* const mutation = machine().mutation;
  const MutationKind mutated = MutationOf(dep_map_, Attempt::kWrite);
  if (mutated == MutationKind::kDrop) return;
  if (mutated == MutationKind::kDelay) {
    return mutation->PutOff(dep_map_, {&AcquireLate, this, ReadMode::kWrite, request});
  }
  Acquire(request);
  if (mutation != nullptr) mutation->TakeDelayed();
}

bool spinlock::TryLock(const LockRequest& request) {
  const MutationKind mutated = MutationOf(dep_map_, Attempt::kTry);
  if (mutated == MutationKind::kWait) Acquire(request);
  if (mutated == MutationKind::kDrop || mutated == MutationKind::kWait) return true;
  SchedulingPoint({StepKind::kTryLock, dep_map_.name, this});
  if (owner_ != nullptr) return false;
  owner_ = &current();
  TellAcquire(dep_map_, ReadMode::kWrite, lockdep::TryLock::kYes, request);
  return true;
}

void spinlock::Unlock(const LockRequest& request) {
  if (SkipsUnlock(dep_map_)) return;
  SchedulingPoint({StepKind::kUnlock, dep_map_.name, this});
  TellRelease(dep_map_, request.site);
  owner_ = nullptr;
}

void down_read(rw_semaphore* sem) { sem->Lock(ReadMode::kRead, {.site = LOCKDEP_CALL_SITE()}); }

bool down_read_trylock(rw_semaphore* sem) {
  return sem->TryLock(ReadMode::kRead, {.site = LOCKDEP_CALL_SITE()});
}

void up_read(rw_semaphore* sem) { sem->Unlock({.site = LOCKDEP_CALL_SITE()}); }

void down_write(rw_semaphore* sem) { sem->Lock(ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE()}); }

bool down_write_trylock(rw_semaphore* sem) {
  return sem->TryLock(ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE()});
}

void up_write(rw_semaphore* sem) { sem->Unlock({.site = LOCKDEP_CALL_SITE()}); }

void spin_lock(spinlock* lock) { lock->Lock({.site = LOCKDEP_CALL_SITE()}); }

void spin_lock_nested(spinlock* lock, uint8_t subclass) {
  lock->Lock({.site = LOCKDEP_CALL_SITE(), .subclass = subclass});
}

bool spin_trylock(spinlock* lock) { return lock->TryLock({.site = LOCKDEP_CALL_SITE()}); }

void spin_unlock(spinlock* lock) { lock->Unlock({.site = LOCKDEP_CALL_SITE()}); }

void spinlock::WaitUntilFree(const LockRequest& request) {
  TellAcquire(dep_map_, ReadMode::kWrite, lockdep::TryLock::kNo, request);
  WaitUntil({StepKind::kWait, dep_map_.name, this, AccessMode::kShared},
            {&IsFree, this, &dep_map_, &request.site});
  TellRelease(dep_map_, request.site);
}

void mutex_lock(rw_semaphore* mutex) {
  mutex->Lock(ReadMode::kWrite, {.site = LOCKDEP_CALL_SITE()});
}

void mutex_unlock(rw_semaphore* mutex) { mutex->Unlock({.site = LOCKDEP_CALL_SITE()}); }

void spin_lock_irq(spinlock* lock) { lock->Lock({.site = LOCKDEP_CALL_SITE()}); }

void spin_unlock_irq(spinlock* lock) { lock->Unlock({.site = LOCKDEP_CALL_SITE()}); }

}  // namespace mm_model
