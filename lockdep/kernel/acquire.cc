#include "lockdep/kernel/acquire.h"

#include "lockdep/kernel/class_order.h"
#include "lockdep/kernel/interrupts.h"
#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/timing.h"
#include "lockdep/kernel/world.h"

using lockdep::Acquisition;
using lockdep::CallSite;
using lockdep::HeldMode;
using lockdep::LockMap;
using lockdep::PinCookie;
using lockdep::ReadMode;
using lockdep::ThreadContext;
using lockdep::kernel::ReadyMap;
using lockdep::kernel::ReadyNestLock;
using lockdep::kernel::the_world;

namespace {

const char* Objection(unsigned subclass, int read) {
  if (subclass >= MAX_LOCKDEP_SUBCLASSES) return "a subclass is below MAX_LOCKDEP_SUBCLASSES";
  if (read < 0 || read > 2) return "`read` is 0, 1 or 2";
  return nullptr;
}

// What the arguments say, or nothing if the event is to be ignored.
struct Arguments {
  lockdep_map* lock;
  unsigned subclass;
  int trylock;
  int read;
  int check;
  lockdep_map* nest_lock;
};

bool Understand(const Arguments& arguments, ThreadContext& thread, const CallSite& site,
                Acquisition* acquisition) {
  lockdep_map& lock = *arguments.lock;
  const LockMap* map = ReadyMap(lock, thread, site);
  if (map == nullptr) return false;
  acquisition->lock = map;
  acquisition->site = site;
  if (const char* rule = Objection(arguments.subclass, arguments.read); rule != nullptr) {
    the_world.validator().ReportRule(thread, lockdep::ViolationKind::kInvalidLockState, map,
                                     nullptr, rule, site);
    acquisition->check = lockdep::Check::kNone;  // It is held all the same.
    return true;
  }
  acquisition->mode = static_cast<ReadMode>(arguments.read);
  acquisition->trylock = arguments.trylock != 0 ? lockdep::TryLock::kYes : lockdep::TryLock::kNo;
  // Atomic, though relaxed: its holder may move it to another class (lock_set_class).
  const lock_class_key* key = __atomic_load_n(&lock.key, __ATOMIC_RELAXED);
  const bool checked = arguments.check != 0 && key != &__lockdep_no_validate__;
  acquisition->check = checked ? lockdep::Check::kFull : lockdep::Check::kNone;
  acquisition->subclass = arguments.subclass == 0
                              ? __atomic_load_n(&lock.subclass, __ATOMIC_RELAXED)
                              : static_cast<uint8_t>(arguments.subclass);
  if (arguments.nest_lock != nullptr) {
    acquisition->nest_lock = ReadyNestLock(*arguments.nest_lock, thread, site);
  }
  return true;
}

// The thread, if its events count.
ThreadContext* Watched() {
  ThreadContext* thread = the_world.Current();
  return thread == nullptr || thread->off != 0 ? nullptr : thread;
}

// Calls `event` unless the thread's events, or the lock's, are ignored.
template <typename Event>
void OnLock(lockdep_map* lock, const CallSite& site, const Event& event) {
  ThreadContext* thread = Watched();
  if (thread == nullptr) return;
  if (const LockMap* map = ReadyMap(*lock, *thread, site); map != nullptr) {
    event(*thread, *map, site);
  }
}

}  // namespace

// Weak: the suite of the kernel has one of its own.
__attribute__((weak)) unsigned int force_read_lock_recursive = 0;

bool read_lock_is_recursive() {
  const lockdep::kernel::InterruptState& interrupts = lockdep::kernel::the_thread.interrupts;
  return __atomic_load_n(&force_read_lock_recursive, __ATOMIC_RELAXED) != 0 ||
         interrupts.hardirqs != 0 || interrupts.softirqs != 0;
}

// NOLINTNEXTLINE(readability-function-size): the kernel's parameters.
void lock_acquire(lockdep_map* lock, unsigned subclass, int trylock, int read, int check,
                  lockdep_map* nest_lock, unsigned long ip) {
  ThreadContext* thread = Watched();
  Acquisition acquisition;
  if (thread == nullptr || !Understand({lock, subclass, trylock, read, check, nest_lock}, *thread,
                                       LOCKDEP_KERNEL_SITE_OF_SEVENTH(ip), &acquisition)) {
    return;
  }
  acquisition.host_orders_class = lockdep::kernel::ComesAfterHeld(*lock, acquisition, *thread);
  the_world.validator().Acquire(*thread, acquisition);
  if (lockdep::kernel::IsTiming()) [[unlikely]]
    lockdep::kernel::TimeAcquired(*thread, acquisition);
}

void lock_sync(lockdep_map* lock, unsigned subclass, int read, int check, lockdep_map* nest_lock,
               unsigned long ip) {
  ThreadContext* thread = Watched();
  Acquisition acquisition;
  if (thread != nullptr && Understand({lock, subclass, /*trylock=*/0, read, check, nest_lock},
                                      *thread, LOCKDEP_KERNEL_SITE(ip), &acquisition)) {
    the_world.validator().Sync(*thread, acquisition);
  }
}

void lock_release(lockdep_map* lock, unsigned long ip) {
  OnLock(lock, LOCKDEP_KERNEL_SITE(ip),
         [](ThreadContext& thread, const LockMap& map, const CallSite& site) {
           lockdep::kernel::TimeReleased(map);
           the_world.validator().Release(thread, map, site);
         });
}

void lock_downgrade(lockdep_map* lock, unsigned long ip) {
  OnLock(lock, LOCKDEP_KERNEL_SITE(ip),
         [](ThreadContext& thread, const LockMap& map, const CallSite& site) {
           the_world.validator().Downgrade(thread, map, ReadMode::kRead, site);
         });
}

void lock_set_class(lockdep_map* lock, const char* name, lock_class_key* key, unsigned subclass,
                    unsigned long ip) {
  OnLock(lock, LOCKDEP_KERNEL_SITE(ip),
         [=](ThreadContext& thread, const LockMap& map, const CallSite& site) {
           // Of one that is not held, only that is told.
           if (the_world.validator().IsHeld(thread, map, HeldMode::kAny) &&
               !lockdep::kernel::GiveClass(*lock, {name, key, subclass}, thread, site)) {
             return;
           }
           the_world.validator().ChangeClass(thread, map, static_cast<uint8_t>(subclass), site);
         });
}

pin_cookie lock_pin_lock(lockdep_map* lock) {
  pin_cookie cookie{0};
  OnLock(lock, LOCKDEP_KERNEL_SITE(0),
         [&cookie](ThreadContext& thread, const LockMap& map, const CallSite& site) {
           cookie.val = the_world.validator().Pin(thread, map, site).value;
         });
  return cookie;
}

void lock_repin_lock(lockdep_map* lock, pin_cookie cookie) {
  OnLock(lock, LOCKDEP_KERNEL_SITE(0),
         [=](ThreadContext& thread, const LockMap& map, const CallSite& site) {
           the_world.validator().Repin(thread, map, PinCookie{cookie.val}, site);
         });
}

void lock_unpin_lock(lockdep_map* lock, pin_cookie cookie) {
  OnLock(lock, LOCKDEP_KERNEL_SITE(0),
         [=](ThreadContext& thread, const LockMap& map, const CallSite& site) {
           the_world.validator().Unpin(thread, map, PinCookie{cookie.val}, site);
         });
}
