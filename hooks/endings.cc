// How locks and threads end, as hooks tell it.

#include <cerrno>

#include "hooks/allocations.h"
#include "hooks/frame_sizes.h"
#include "hooks/hook_scope.h"
#include "hooks/lock_identity.h"
#include "hooks/lock_reference.h"
#include "hooks/read_memory.h"
#include "hooks/resource.h"
#include "hooks/sections.h"
#include "hooks/session.h"
#include "hooks/static_modules.h"

namespace lockdep::hooks {
namespace {

ThreadState& self() { return *thread_slot.state; }

}  // namespace

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
  EndResourcesIn(begin, end);
  EndLocksIn(begin, end, UINT64_MAX);
}

void HookScope::EndResourcesIn(uintptr_t begin, uintptr_t end) {
  const bool is_active = Enter();
  session().locks().shadow().ForEachMarkedPart(begin, end, [&](uintptr_t from, uintptr_t to) {
    resources.ForEachIn(from, to, [&](Resource* resource) {
      if (is_active) session().engine().DestroyLock(*self().context, resource->map, UnlockSite());
      resources.End(resource);
    });
  });
  if (is_active) Leave();
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

void HookScope::EndUnloaded(uint64_t begun) {
  static_modules.ForgetUnloaded([&](uintptr_t begin, uintptr_t end) {
    EndResourcesIn(begin, end);
    EndLocksIn(begin, end, begun);
  });
  frame_pointers.ForgetUnloaded();
  ForgetUnloadedFrames();
  allocation_sites.ForgetUnloaded(
      [](uintptr_t pc) { return IsStatic(reinterpret_cast<const void*>(pc)); });
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
