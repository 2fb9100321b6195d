// Wait and hold times of lock classes, for hosts that want them: off by default,
// since it needs the time of day at every lock operation.  The validator knows
// nothing of it; a host calls both.
//
// Each thread adds to a table of its own, so that counting shares nothing; Sum
// adds them up while the threads go on.
//
// Units: nanoseconds of the host's clock, which must be monotonic.
// Errors: when memory ends, what finds no place is not counted; see lost().
// Thread safety: Sum, CreateThread and DestroyThread by any thread; the others
// with the caller's own ThreadTimes.  Safe in a signal handler that leaves the
// locks as it found them.
//
// Source: linux v6.12 kernel/locking/lockdep.c, lock_contended(), lock_acquired(),
// lock_release_holdtime(); Documentation/locking/lockstat.rst.

#ifndef LOCKDEP_LOCK_STAT_H_
#define LOCKDEP_LOCK_STAT_H_

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "lockdep/held_lock.h"
#include "lockdep/internal/arena.h"
#include "lockdep/internal/raw_lock.h"
#include "lockdep/types.h"

namespace lockdep {

struct LockTimes {
  uint64_t count = 0;
  uint64_t min = 0;
  uint64_t max = 0;
  uint64_t total = 0;

  void Add(uint64_t duration);
  void Add(const LockTimes& other);
  uint64_t average() const { return count == 0 ? 0 : total / count; }

  friend auto operator<=>(const LockTimes&, const LockTimes&) = default;
};

// A place in the code and how often it was there.
struct ContentionPoint {
  uintptr_t pc = 0;
  uint64_t count = 0;
};

// Of one class.  Waits are those of contended acquisitions only.
struct ClassTimes {
  static constexpr int kPoints = 4;

  LockTimes read_wait;
  LockTimes write_wait;
  LockTimes read_hold;
  LockTimes write_hold;
  // The first places in which a thread had to wait; those of later ones are not kept.
  ContentionPoint contended_at[kPoints] = {};

  void Add(const ClassTimes& other);
  size_t PointsUsed() const;
  // Whether anything was counted.
  bool any() const {
    return (read_hold.count | write_hold.count | read_wait.count | write_wait.count) != 0 ||
           contended_at[0].count != 0;
  }
};

class LockStat {
 public:
  class ThreadTimes;

  LockStat() = default;
  LockStat(const LockStat&) = delete;
  LockStat& operator=(const LockStat&) = delete;

  // Returns null when memory ended: then nothing of this thread is counted.
  ThreadTimes* CreateThread();
  // The thread ends; what it counted stays.
  void DestroyThread(ThreadTimes* thread);

  // The thread finds the lock taken and is about to wait; `pc` is where.
  void Contended(ThreadTimes& thread, const void* lock, ClassId lock_class, ReadMode mode,
                 uintptr_t pc, uint64_t now);
  // For hosts that say Acquired before they know whether there is a wait: the
  // thread waits for the lock that it said so of last, and then it got it.  Both
  // are ignored for a lock that Acquired was not called for.
  void Waits(ThreadTimes& thread, const void* lock, uintptr_t pc, uint64_t now);
  void Got(ThreadTimes& thread, const void* lock, uint64_t now);
  // The thread has the lock, whether it waited or not.
  void Acquired(ThreadTimes& thread, const void* lock, ClassId lock_class, ReadMode mode,
                uint64_t now);
  // The thread is about to release the lock.  Ignored if Acquired was never called.
  void Released(ThreadTimes& thread, const void* lock, uint64_t now);
  // Acquired was said, but the lock was not got.
  void Cancelled(ThreadTimes& thread, const void* lock);
  // Whether there is a lock that the thread said it had, and did not release.
  bool HasOpen(const ThreadTimes& thread) const;
  // The thread holds nothing of what it said it had, or only what it still holds: the
  // others ended otherwise.
  void ForgetOpen(ThreadTimes& thread);
  void ForgetOpenBut(ThreadTimes& thread, const HeldLocks& held);

  // What all threads counted of a class so far.
  ClassTimes Sum(ClassId lock_class);

  // Events that found no memory.
  uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

  // For tests: the n-th time that memory is asked of the system fails, and all after it.
  void FailMemoryAfter(uint64_t growths) { arena_.FailGrowthAfter(growths); }

 private:
  struct Row;
  struct Table;
  struct OpenLock;

  OpenLock* Open(ThreadTimes& thread, const void* lock, ClassId lock_class, ReadMode mode);
  Row* FindOrAdd(ThreadTimes& thread, ClassId lock_class);
  Table* GrowTable(ThreadTimes& thread);  // Null when memory ended.
  bool GrowOpen(ThreadTimes& thread);

  internal::Arena arena_;
  internal::RawLock lock_;
  ThreadTimes* threads_ = nullptr;       // Guarded by lock_.
  ThreadTimes* free_threads_ = nullptr;  // Guarded by lock_.
  std::atomic<uint64_t> lost_{0};
};

}  // namespace lockdep

#endif  // LOCKDEP_LOCK_STAT_H_
