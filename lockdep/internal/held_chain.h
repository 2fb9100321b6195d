// A thread's held locks as chains: one for each context that interrupted the
// one below it.  Keeps chain keys and the floor in step with the held locks.
//
// Thread safety: touches only the thread's own state and the context table,
// which is lock-free.

#ifndef LOCKDEP_INTERNAL_HELD_CHAIN_H_
#define LOCKDEP_INTERNAL_HELD_CHAIN_H_

#include <cstdint>

#include "lockdep/context_state.h"
#include "lockdep/thread_context.h"

namespace lockdep::internal {

// The key after one more lock.  Serialised locks that are taken in the same way, one
// upon the other, count once: no rule asks how many they are, and there may be thousands.
constexpr ChainKey KeyAfter(ChainKey key, LockUse use, const HeldLock* below) {
  const bool repeats = use.serialised() && below != nullptr && below->use == use;
  return repeats ? key : NextChainKey(key, use);
}

class HeldChain {
 public:
  HeldChain(ThreadContext& thread, const ContextTable& contexts)
      : thread_(thread), contexts_(contexts) {}

  // Index of the newest entry for a lock that this context took, or the newest
  // of all; depth if there is none.
  uint32_t Find(const LockMap& lock) const;

  // Takes an entry out and repairs what stands on it.
  void Remove(uint32_t index);

  // The key of what is held in this context.  The thread's own may lag behind where a
  // signal handler runs.
  ChainKey Key() const;

  // The same of an entry and what it stands on.
  ChainKey KeyUpTo(uint32_t index) const;

  // Recomputes the keys from an entry upwards, and the floor.
  void Repair(uint32_t from);

  // Takes away everything from an entry upwards.  Pins stay, for who puts it back.
  void Truncate(uint32_t depth);

  // The entry that a lock taken now stands on; null if it begins a chain.
  const HeldLock* Below() const {
    return thread_.held.on_floor() ? nullptr : &thread_.held.newest();
  }

 private:
  ContextSet In(uint32_t index) const {
    return contexts_.Get(thread_.held[index].use.context()).in;
  }
  bool StartsChain(uint32_t index) const { return index == 0 || In(index) != In(index - 1); }

  ThreadContext& thread_;
  const ContextTable& contexts_;
};

}  // namespace lockdep::internal

#endif  // LOCKDEP_INTERNAL_HELD_CHAIN_H_
