// Waits for threads to get somewhere: to their end (join), or to a barrier.  A thread gets
// there after it took all the locks that it takes on the way (taken_locks.h), so a lock that
// is held while one waits must not be among them, nor lead to them.
//
// What comes before a rendezvous comes before all that follows it (thread_order.h).
//
// Limits: a wait with a time limit ends by itself, and is in no cycle.
// Thread safety: a local variable of one call.

#ifndef LOCKDEP_HOOKS_RENDEZVOUS_H_
#define LOCKDEP_HOOKS_RENDEZVOUS_H_

#include <pthread.h>

#include <cstdint>

#include "hooks/taken_locks.h"
#include "hooks/thread_order.h"
#include "hooks/wait_scope.h"

namespace lockdep::hooks {

inline ResourceId BarrierAt(const void* barrier) {
  return {ResourceType::kBarrier, reinterpret_cast<uintptr_t>(barrier), LockKind::kBarrier};
}

// How many threads a barrier waits for.  REQUIRES: it may be read.
uint32_t CountOf(const pthread_barrier_t* barrier);
// Changes when it lets threads through.
uint32_t RoundsOf(const pthread_barrier_t* barrier);

class Rendezvous : public WaitScope {
 public:
  using WaitScope::WaitScope;

  enum class Limit : uint8_t { kNone, kTimed };

  // The thread with this handle was joined.
  void AfterJoin(pthread_t ended, Limit limit);

  void BeforeBarrier(const pthread_barrier_t* barrier);
  // The thread was let through.
  void AfterBarrier();

 private:
  void TellWait(const LockMap& wait);
  // `announced`: the lock that its thread announced to need no more, or null.
  void TellTaken(const LockMap& wait, const TakenLock& taken, const void* announced);

  const Segment* round_ = nullptr;
};

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_RENDEZVOUS_H_
