#include "lockdep/kernel/control.h"

#include <cstdint>

#include "lockdep/kernel/ready_map.h"
#include "lockdep/kernel/site.h"
#include "lockdep/kernel/timing.h"
#include "lockdep/kernel/world.h"

using lockdep::HeldLock;
using lockdep::LockMap;
using lockdep::ThreadContext;
using lockdep::ViolationKind;
using lockdep::kernel::the_world;

int debug_locks = 1;
int debug_locks_silent = 0;

namespace {

// A held lock whose map overlaps the memory; null if there is none.
const LockMap* HeldIn(const ThreadContext& thread, const void* memory, unsigned long size) {
  const auto start = reinterpret_cast<uintptr_t>(memory);
  for (const HeldLock& held : thread.held) {
    const auto map = reinterpret_cast<uintptr_t>(held.lock->address);
    if (map < start + size && start < map + sizeof(lockdep_map)) return held.lock;
  }
  return nullptr;
}

}  // namespace

bool debug_locks_off() { return __atomic_exchange_n(&debug_locks, 0, __ATOMIC_RELAXED) != 0; }

void lockdep_init() { the_world.Start(); }

void lockdep_on_finding(void (*hear)(const lockdep_finding* finding, void* data), void* data) {
  if (lockdep::kernel::IsTelling()) return lockdep::kernel::SetHear(hear, data);
  the_world.Start();
  the_world.validator().LockGraph();
  lockdep::kernel::SetHear(hear, data);
  the_world.validator().UnlockGraph();
}

void lockdep_off() {
  if (ThreadContext* thread = the_world.Current(); thread != nullptr) {
    the_world.validator().TurnOff(*thread);
  }
}

void lockdep_on() {
  if (ThreadContext* thread = the_world.Current(); thread != nullptr) {
    the_world.validator().TurnOn(*thread);
  }
}

void lockdep_reset() {
  if (ThreadContext* thread = the_world.Current(); thread != nullptr) {
    the_world.validator().Reset(*thread);
    lockdep::kernel::TimeDropped(*thread);
  }
  __atomic_store_n(&debug_locks, 1, __ATOMIC_RELAXED);
}

void debug_check_no_locks_freed(const void* memory, unsigned long size) {
  ThreadContext* thread = the_world.CurrentIfAny();
  if (thread == nullptr || thread->off != 0) return;
  while (const LockMap* lock = HeldIn(*thread, memory, size)) {
    the_world.validator().DestroyLock(*thread, *lock, LOCKDEP_KERNEL_SITE(0));
    if (the_world.validator().stopped()) break;
  }
  lockdep::kernel::TimeDropped(*thread);
}

void lockdep_sys_exit() {
  ThreadContext* thread = the_world.CurrentIfAny();
  if (thread == nullptr) return;
  the_world.validator().ReportHeld(*thread, ViolationKind::kHeldAtExit, "user space");
}

void debug_check_no_locks_held() {
  ThreadContext* thread = the_world.CurrentIfAny();
  if (thread == nullptr) return;
  the_world.validator().ReportHeld(*thread, ViolationKind::kHeldAtExit);
}
