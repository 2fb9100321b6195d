// How an acquisition becomes a held lock, though a signal handler that takes locks
// may come between any two instructions.
//
// Thread safety: touches the thread's own state only.

#ifndef LOCKDEP_INTERNAL_PUSH_H_
#define LOCKDEP_INTERNAL_PUSH_H_

#include <cstdint>

#include "lockdep/acquisition.h"
#include "lockdep/thread_context.h"

namespace lockdep::internal {

inline LockUse UseOf(ClassId class_id, const Acquisition& acquisition) {
  const LockUse use(class_id, acquisition.mode, acquisition.trylock, acquisition.check);
  return acquisition.host_orders_class ? use.HostOrdered() : use;
}

inline void Fill(HeldLock& held, ChainKey previous, const Acquisition& acquisition, LockUse use) {
  held.previous_chain_key = previous;
  held.lock = acquisition.lock;
  held.use = use;
  held.SetSite(acquisition.site);
  held.nest_lock = acquisition.nest_lock;
}

// The end of Push, if a handler took locks in the place of this one meanwhile.
void PushAgain(ThreadContext& thread, ChainKey previous, const Acquisition& acquisition,
               LockUse use, ChainKey key);

// REQUIRES: !thread.held.full().
__attribute__((always_inline)) inline void Push(ThreadContext& thread,
                                                const Acquisition& acquisition, LockUse use,
                                                ChainKey key) {
  const ChainKey previous = thread.chain_key;
  const uint64_t acquisitions = InOrder(thread.acquisitions);
  Fill(thread.held.Next(), previous, acquisition, use);
  thread.held.Push();
  // Whoever came between may have changed it; the compiler shall look again.
  asm volatile("" : "+m"(thread.acquisitions));
  if (thread.acquisitions != acquisitions) [[unlikely]] {
    const Acquisition copy = acquisition;
    return PushAgain(thread, previous, copy, use, key);
  }
  InOrder(thread.chain_key) = key;
  asm volatile("" : "+m"(thread.acquisitions));
  ++thread.acquisitions;
}

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_PUSH_H_
