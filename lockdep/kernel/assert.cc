#include "lockdep/kernel/assert.h"

#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/world.h"

using lockdep::HeldMode;
using lockdep::ThreadContext;
using lockdep::kernel::the_world;

int lock_is_held_type(const lockdep_map* lock, int read) {
  const ThreadContext* thread = the_world.Current();
  if (thread == nullptr || thread->off != 0 || the_world.validator().stopped()) {
    return LOCK_STATE_UNKNOWN;
  }
  if (!lockdep::kernel::IsReady(*lock)) return LOCK_STATE_NOT_HELD;
  const HeldMode mode = read < 0 ? HeldMode::kAny : read == 0 ? HeldMode::kWrite : HeldMode::kRead;
  return the_world.validator().IsHeld(*thread, lockdep::kernel::EngineMap(*lock), mode)
             ? LOCK_STATE_HELD
             : LOCK_STATE_NOT_HELD;
}

void lockdep_report_broken_rule(const lockdep_map* lock, const char* rule, unsigned long ip) {
  ThreadContext* thread = the_world.Current();
  if (thread == nullptr) return;
  const lockdep::LockMap* map = nullptr;
  if (lock != nullptr && lockdep::kernel::IsReady(*lock)) map = &lockdep::kernel::EngineMap(*lock);
  the_world.validator().ReportRule(*thread, lockdep::ViolationKind::kInvalidLockState, map,
                                   map == nullptr ? "its locks" : nullptr, rule,
                                   LOCKDEP_KERNEL_SITE(ip));
}

unsigned int lockdep_depth_of_thread() {
  const ThreadContext* thread = the_world.CurrentIfAny();
  return thread == nullptr ? 0 : thread->held.depth();
}
