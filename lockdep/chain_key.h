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

// The key of a thread that holds nothing.
inline constexpr ChainKey kEmptyChainKey = 0x9e3779b97f4a7c15u;

// Both halves of one product, folded: every input bit reaches the whole key, and
// equal sequences are the only ones that collide in practice.
constexpr ChainKey NextChainKey(ChainKey key, uint64_t element) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(key ^ element) * 0xc4ceb9fe1a85ec53u;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

constexpr ChainKey NextChainKey(ChainKey key, LockUse use) { return NextChainKey(key, use.word()); }

// A chain, as the one before it and its last lock.
struct ChainLink {
  ChainKey key = 0;
  ChainKey previous = 0;  // kEmptyChainKey: it has no other lock.
  LockUse use;
};

}  // namespace lockdep

#endif  // LOCKDEP_CHAIN_KEY_H_
