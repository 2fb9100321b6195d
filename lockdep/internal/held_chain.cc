#include "lockdep/internal/held_chain.h"

namespace lockdep::internal {

uint32_t HeldChain::Find(const LockMap& lock) const {
  const HeldLocks& held = thread_.held;
  for (uint32_t i = held.depth(); i-- > thread_.held.floor();) {
    if (held[i].lock == &lock) return i;
  }
  // What another context took last may still be released by whoever follows it.
  if (held.depth() != 0 && held[held.depth() - 1].lock == &lock) return held.depth() - 1;
  return held.depth();
}

ChainKey HeldChain::Key() const {
  const HeldLocks& held = thread_.held;
  ChainKey key = kEmptyChainKey;
  for (uint32_t i = held.floor(); i < held.depth(); ++i) {
    key = KeyAfter(key, held[i].use, i == held.floor() ? nullptr : &held[i - 1]);
  }
  return key;
}

void HeldChain::Remove(uint32_t index) {
  thread_.held.Erase(index);
  Repair(index);
}

void HeldChain::Truncate(uint32_t depth) {
  while (thread_.held.depth() > depth) thread_.held.Pop();
  Repair(depth);
}

ChainKey HeldChain::KeyUpTo(uint32_t index) const {
  const HeldLock& held = thread_.held[index];
  const HeldLock* below = StartsChain(index) ? nullptr : &thread_.held[index - 1];
  return KeyAfter(held.previous_chain_key, held.use, below);
}

void HeldChain::Repair(uint32_t from) {
  HeldLocks& held = thread_.held;
  for (uint32_t i = from; i < held.depth(); ++i) {
    held[i].previous_chain_key = StartsChain(i) ? kEmptyChainKey : KeyUpTo(i - 1);
  }
  uint32_t floor = held.depth();
  // What a thread releases while it is switched off, it took then: nothing of this.
  while (thread_.off == 0 && floor > 0 && In(floor - 1) == thread_.contexts.in) --floor;
  held.SetFloor(floor);
  thread_.chain_key = held.on_floor() ? kEmptyChainKey : KeyUpTo(held.depth() - 1);
}

}  // namespace lockdep::internal
