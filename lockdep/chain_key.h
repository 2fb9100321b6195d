// A chain key is a running 64-bit hash over the held locks of a thread, oldest
// first (LockUse).  Two threads that hold the same classes in the same order and
// modes have the same key, so one proof serves both.
//
// Source: linux v6.12 kernel/locking/lockdep.c, iterate_chain_key().

#ifndef LOCKDEP_CHAIN_KEY_H_
#define LOCKDEP_CHAIN_KEY_H_

#include <cstdint>

#include "lockdep/lock_use.h"

namespace lockdep {

using ChainKey = uint64_t;

// The key of a thread that holds nothing.  Never 0: the chain cache uses 0 for "empty".
inline constexpr ChainKey kEmptyChainKey = 0x9e3779b97f4a7c15u;

// One multiply and two shifts: every input bit reaches every output bit after
// the next step, and equal sequences are the only ones that collide in practice.
constexpr ChainKey NextChainKey(ChainKey key, uint64_t element) {
  uint64_t mixed = (key ^ element) * 0xff51afd7ed558ccdu;
  mixed ^= mixed >> 32;
  mixed *= 0xc4ceb9fe1a85ec53u;
  return (mixed ^ mixed >> 29) | 1;
}

constexpr ChainKey NextChainKey(ChainKey key, LockUse use) { return NextChainKey(key, use.word()); }

}  // namespace lockdep

#endif  // LOCKDEP_CHAIN_KEY_H_
