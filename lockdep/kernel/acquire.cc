#include "lockdep/kernel/acquire.h"

#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/world.h"

using lockdep::CallSite;
using lockdep::LockMap;
using lockdep::ReadMode;
using lockdep::ThreadContext;
using lockdep::TryLock;
using lockdep::kernel::ReadyMap;
using lockdep::kernel::the_world;

namespace {

const char* Objection(unsigned subclass, int read) {
  if (subclass >= MAX_LOCKDEP_SUBCLASSES) return "a subclass is below MAX_LOCKDEP_SUBCLASSES";
  if (read < 0 || read > 2) return "`read` is 0, 1 or 2";
  return nullptr;
}

}  // namespace

// Weak: the suite of the kernel has one of its own.
__attribute__((weak)) unsigned int force_read_lock_recursive = 0;

bool read_lock_is_recursive() {
  return __atomic_load_n(&force_read_lock_recursive, __ATOMIC_RELAXED) != 0;
}

void lock_acquire(lockdep_map* lock, unsigned subclass, int trylock, int read, int /*check*/,
                  lockdep_map* nest_lock, unsigned long ip) {
  ThreadContext* thread = the_world.Current();
  if (thread == nullptr || thread->off != 0) return;
  const CallSite site = LOCKDEP_KERNEL_SITE(ip);
  const LockMap* map = ReadyMap(*lock, *thread, site);
  if (map == nullptr) return;
  if (const char* rule = Objection(subclass, read); rule != nullptr) {
    the_world.validator().ReportRule(*thread, lockdep::ViolationKind::kInvalidLockState, map,
                                     nullptr, rule, site);
    return;
  }
  the_world.validator().Acquire(
      *thread, {.lock = map,
                .mode = static_cast<ReadMode>(read),
                .trylock = trylock != 0 ? TryLock::kYes : TryLock::kNo,
                .subclass = subclass == 0 ? lock->subclass : static_cast<unsigned char>(subclass),
                .nest_lock = nest_lock == nullptr ? nullptr : ReadyMap(*nest_lock, *thread, site),
                .site = site});
}

void lock_release(lockdep_map* lock, unsigned long ip) {
  ThreadContext* thread = the_world.Current();
  if (thread == nullptr || thread->off != 0) return;
  const CallSite site = LOCKDEP_KERNEL_SITE(ip);
  const LockMap* map = ReadyMap(*lock, *thread, site);
  if (map != nullptr) the_world.validator().Release(*thread, *map, site);
}

void lock_downgrade(lockdep_map* lock, unsigned long ip) {
  ThreadContext* thread = the_world.Current();
  if (thread == nullptr || thread->off != 0) return;
  const CallSite site = LOCKDEP_KERNEL_SITE(ip);
  const LockMap* map = ReadyMap(*lock, *thread, site);
  if (map != nullptr) the_world.validator().Downgrade(*thread, *map, ReadMode::kRead, site);
}
