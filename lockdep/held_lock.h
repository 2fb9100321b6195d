// A held lock is an acquisition in force; HeldLocks is a thread's stack of them.
//
// Thread safety: touched only by the owning thread, or by a signal handler that
// interrupts it and leaves the stack as it found it.  A handler may also jump
// out of what it interrupted: an entry is complete before it counts.

#ifndef LOCKDEP_HELD_LOCK_H_
#define LOCKDEP_HELD_LOCK_H_

#include <cstdint>

#include "lockdep/call_site.h"
#include "lockdep/chain_key.h"
#include "lockdep/lock_class.h"
#include "lockdep/lock_use.h"

namespace lockdep {

struct HeldLock {
  // The key before this lock: what the thread's key becomes again when it goes.
  // Two chains that differ here must never share a key, or a rule goes unchecked.
  ChainKey previous_chain_key;
  const LockMap* lock;
  const LockMap* nest_lock;
  LockUse use;
  uint32_t pins;  // Above 0: must not be released (Validator::Pin).
  CallSite site;
};

// No fixed depth: the storage is replaced by a larger one when it is full.
class HeldLocks {
 public:
  uint32_t depth() const { return depth_; }
  bool full() const { return depth_ == capacity_; }
  HeldLock& operator[](uint32_t index) { return entries_[index]; }
  const HeldLock& operator[](uint32_t index) const { return entries_[index]; }
  const HeldLock* begin() const { return entries_; }
  const HeldLock* end() const { return entries_ + depth_; }

  // REQUIRES: !full().  The caller fills the next entry, then Push makes it count.
  HeldLock& Next() { return entries_[depth_]; }
  void Push() {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    ++depth_;
  }
  void Pop() { --depth_; }

  // Removes an entry from the middle; the caller repairs the chain keys above it.
  void Erase(uint32_t index);

  // Hands over larger storage; returns the old one.
  HeldLock* Replace(HeldLock* entries, uint32_t capacity);

 private:
  HeldLock* entries_ = nullptr;
  uint32_t depth_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace lockdep

#endif  // LOCKDEP_HELD_LOCK_H_
