#include "mm_model/locks.h"

#include <iterator>
#include <utility>

#include "mm_model/machine.h"

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
  auto& ids = machine().known_class_ids().ids[static_cast<size_t>(map.lock_class)];
  for (size_t i = 0; i < std::size(ids); ++i) {
    const lockdep::ClassId id = map.class_cache[i].load(kRelaxed);
    if (id != lockdep::ClassId::kNone) ids[i] = id;
  }
  machine().CountLockTaken();
}

}  // namespace

static_assert(std::size(kLockClasses) <= KnownClassIds::kMaxClasses);

const char* NameOf(LockClass lock_class) { return InfoOf(lock_class).name; }

DepMap::DepMap(LockClass which, const void* object)
    : LockMap(KeyOf(which), InfoOf(which).name, InfoOf(which).kind),
      lock_class(which),
      owner(object) {
  const auto& ids = machine().known_class_ids().ids[static_cast<size_t>(which)];
  for (size_t i = 0; i < std::size(ids); ++i) class_cache[i].store(ids[i], kRelaxed);
}

void TellAcquire(DepMap& map, ReadMode mode, lockdep::TryLock trylock, const LockRequest& request) {
  const bool first = !std::exchange(map.was_taken, true);
  machine().validator().Acquire(current().context(), {.lock = &map,
                                                      .mode = mode,
                                                      .trylock = trylock,
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

bool rw_semaphore::IsFreeFor(ReadMode mode) const {
  return writer_ == nullptr && (mode != ReadMode::kWrite || readers_ == 0);
}

bool rw_semaphore::WriterQueuedBefore(const Waiter& waiter) const {
  for (const Waiter* other = queue_; other != &waiter; other = other->next) {
    if (other->mode == ReadMode::kWrite) return true;
  }
  return false;
}

bool rw_semaphore::MayGoOn(const void* waiter, const Task& task) {
  const Waiter& self = *static_cast<const Waiter*>(waiter);
  if (self.killable && task.fatal_signal_pending) return true;
  if (!self.sem->IsFreeFor(self.mode)) return false;
  return self.mode == ReadMode::kWrite || !self.sem->WriterQueuedBefore(self);
}

// Returns false if the task was killed before it was its turn.
bool rw_semaphore::WaitInQueue(ReadMode mode, bool killable) {
  Waiter self{.sem = this, .mode = mode, .killable = killable, .next = nullptr};
  Waiter** end = &queue_;
  while (*end != nullptr) end = &(*end)->next;
  *end = &self;

  WaitUntil({StepKind::kLock, dep_map_.name, this}, {&MayGoOn, &self});

  const bool is_free = IsFreeFor(mode) && (mode == ReadMode::kWrite || !WriterQueuedBefore(self));
  Waiter** link = &queue_;
  while (*link != &self) link = &(*link)->next;
  *link = self.next;
  return is_free;
}

void rw_semaphore::Take(ReadMode mode) {
  if (mode == ReadMode::kWrite) {
    writer_ = &current();
  } else {
    ++readers_;
  }
}

bool rw_semaphore::Lock(ReadMode mode, const LockRequest& request) {
  SchedulingPoint({StepKind::kLock, dep_map_.name, this});
  TellAcquire(dep_map_, mode, lockdep::TryLock::kNo, request);
  const bool at_once = IsFreeFor(mode) && (mode == ReadMode::kWrite || queue_ == nullptr);
  if (!at_once && !WaitInQueue(mode, request.killable)) {
    machine().validator().CancelAcquire(current().context(), dep_map_);
    return false;
  }
  Take(mode);
  return true;
}

bool rw_semaphore::TryLock(ReadMode mode, const LockRequest& request) {
  SchedulingPoint({StepKind::kTryLock, dep_map_.name, this});
  if (!IsFreeFor(mode) || queue_ != nullptr) return false;
  Take(mode);
  TellAcquire(dep_map_, mode, lockdep::TryLock::kYes, request);
  return true;
}

void rw_semaphore::Unlock(const LockRequest& request) {
  SchedulingPoint({StepKind::kUnlock, dep_map_.name, this});
  TellRelease(dep_map_, request.site);
  if (writer_ == &current()) {
    writer_ = nullptr;
  } else if (readers_ != 0) {
    --readers_;
  }
}

void rw_semaphore::Downgrade(const LockRequest& /*request*/) {
  SchedulingPoint({StepKind::kDowngrade, dep_map_.name, this});
  if (writer_ != &current()) return Corruption("a read lock was downgraded");
  machine().validator().Downgrade(current().context(), dep_map_, ReadMode::kRead);
  writer_ = nullptr;
  ++readers_;
}

bool spinlock::IsFree(const void* lock, const Task& /*task*/) {
  return static_cast<const spinlock*>(lock)->owner_ == nullptr;
}

void spinlock::Lock(const LockRequest& request) {
  SchedulingPoint({StepKind::kLock, dep_map_.name, this});
  TellAcquire(dep_map_, ReadMode::kWrite, lockdep::TryLock::kNo, request);
  if (owner_ != nullptr) WaitUntil({StepKind::kLock, dep_map_.name, this}, {&IsFree, this});
  owner_ = &current();
}

bool spinlock::TryLock(const LockRequest& request) {
  SchedulingPoint({StepKind::kTryLock, dep_map_.name, this});
  if (owner_ != nullptr) return false;
  owner_ = &current();
  TellAcquire(dep_map_, ReadMode::kWrite, lockdep::TryLock::kYes, request);
  return true;
}

void spinlock::Unlock(const LockRequest& request) {
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

void up_write(rw_semaphore* sem) { sem->Unlock({.site = LOCKDEP_CALL_SITE()}); }

void spin_lock(spinlock* lock) { lock->Lock({.site = LOCKDEP_CALL_SITE()}); }

void spin_lock_nested(spinlock* lock, uint8_t subclass) {
  lock->Lock({.site = LOCKDEP_CALL_SITE(), .subclass = subclass});
}

bool spin_trylock(spinlock* lock) { return lock->TryLock({.site = LOCKDEP_CALL_SITE()}); }

void spin_unlock(spinlock* lock) { lock->Unlock({.site = LOCKDEP_CALL_SITE()}); }

}  // namespace mm_model
