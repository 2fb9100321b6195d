// A held lock is an acquisition in force; HeldLocks is a thread's stack of them.
//
// Thread safety: touched only by the owning thread, or by a signal handler that
// interrupts it and leaves the stack as it found it, though perhaps in larger
// storage; storage that was replaced stays readable.  A handler may also jump out of
// what it interrupted: an entry is complete before it counts.

#ifndef LOCKDEP_HELD_LOCK_H_
#define LOCKDEP_HELD_LOCK_H_

#include <cstdint>

#include "lockdep/call_site.h"
#include "lockdep/chain_key.h"
#include "lockdep/lock_class.h"
#include "lockdep/lock_use.h"

namespace lockdep {

// Of what a signal handler may meet half done: read and written in the order of the
// program.
template <typename T>
volatile T& InOrder(T& value) {
  return value;
}

struct alignas(16) HeldLock {
  // The key before this lock: what the thread's key becomes again when it goes.
  // Two chains that differ here must never share a key, or a rule goes unchecked.
  ChainKey previous_chain_key;
  const LockMap* lock;
  LockUse use;
  const LockMap* nest_lock;
  uint64_t pins;       // Above 0: must not be released (Validator::Pin); HeldLocks sets it.
  CallSite call_site;  // Of the addresses, what follows the first 0 means nothing.

  void SetSite(const CallSite& site) {
    call_site.frame = site.frame;
    call_site.pcs[0] = site.pcs[0];
    call_site.pcs[1] = site.pcs[1];
    if (site.pcs[1] == 0) return;  // As most often, known when the caller is compiled.
    for (int i = 2; i < CallSite::kMaxFrames; ++i) call_site.pcs[i] = site.pcs[i];
  }
  CallSite site() const {
    CallSite site{.pcs = {}, .frame = call_site.frame};
    for (int i = 0; i < CallSite::kMaxFrames && call_site.pcs[i] != 0; ++i) {
      site.pcs[i] = call_site.pcs[i];
    }
    return site;
  }
};

// No fixed depth: the storage is replaced by a larger one when it is full.
// Kept as pointers, because the hot path asks for the newest entry only.
//
// Invariants: (1) an entry that does not count has no pins, so that taking a lock need
// not say so; (2) entries from loose_ on stand in the context in which the thread runs
// and none of them is pinned, so that one comparison tells
// whether the newest may simply go.
class HeldLocks {
 public:
  uint32_t depth() const { return static_cast<uint32_t>(top_ - entries_); }
  bool full() const { return top_ == limit_; }
  HeldLock& operator[](uint32_t index) { return entries_[index]; }
  const HeldLock& operator[](uint32_t index) const { return entries_[index]; }
  const HeldLock* begin() const { return entries_; }
  const HeldLock* end() const { return top_; }

  // The first of the locks that were taken in the context in which the thread
  // runs now: an interruption starts a chain of its own.
  uint32_t floor() const { return static_cast<uint32_t>(floor_ - entries_); }
  void SetFloor(uint32_t index) {
    floor_ = entries_ + index;
    FindLoose();
  }
  bool on_floor() const { return top_ == floor_; }

  // Whether there is a newest entry that may go without another look.
  bool is_newest_loose() const { return top_ > loose_; }

  // REQUIRES: !on_floor().
  const HeldLock& newest() const { return top_[-1]; }

  // REQUIRES: !full().  The caller fills the next entry, then Push makes it count.
  HeldLock& Next() { return *InOrder(top_); }
  // Both at once, where a machine can: a handler may replace the storage between a load
  // and a store.
  void Push() {
#if defined(__x86_64__)
    // The entry is an operand, so that it is complete.
    asm volatile("addq %2, %0" : "+m"(top_) : "m"(*top_), "i"(sizeof(HeldLock)) : "cc");
#else
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    ++top_;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
#endif
  }
  void Pop() {
#if defined(__x86_64__)
    asm volatile("subq %1, %0" : "+m"(top_) : "i"(sizeof(HeldLock)) : "cc");
#else
    --top_;
#endif
  }

  // Removes an entry from the middle; the caller repairs the chain keys above it.
  void Erase(uint32_t index);

  void SetPins(HeldLock& held, uint64_t pins) {
    held.pins = pins;
    FindLoose();
  }
  // Of all entries, which are about to go.
  void ClearPins();

  // Hands over larger storage, in which nothing has pins; returns the old one.
  HeldLock* Replace(HeldLock* entries, uint32_t capacity);

 private:
  void FindLoose();

  HeldLock* top_ = nullptr;  // Behind the newest.
  HeldLock* limit_ = nullptr;
  HeldLock* floor_ = nullptr;
  HeldLock* loose_ = nullptr;  // Behind the floor and all that is pinned.
  HeldLock* entries_ = nullptr;
};

}  // namespace lockdep

#endif  // LOCKDEP_HELD_LOCK_H_
