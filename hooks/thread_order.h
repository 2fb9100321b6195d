// What threads did before others could: what stands before the creation of a thread
// comes before all that it does, and that before what follows its join; likewise for
// barriers, and for a wait for a condition and the signal that ended it.  A thread's life is
// cut there into segments, which are the nodes of that order.
//
// A lock that the creator holds from the creation until it has joined the thread, and
// takes no other meanwhile, is held on the thread's behalf too.
//
// Limits: segments are never given up: some 200 bytes for each thread that ever was, and as
// much for each arrival at a barrier and each signal that somebody waited for, up to a limit.
// Of several signals during a wait the first one is taken for the one that ended it.
// Thread safety: needs the validator's graph lock.

#ifndef LOCKDEP_HOOKS_THREAD_ORDER_H_
#define LOCKDEP_HOOKS_THREAD_ORDER_H_

#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "hooks/cells.h"
#include "hooks/gates.h"
#include "hooks/taken_locks.h"
#include "lockdep/lockdep.h"

namespace lockdep::hooks {

struct Segment;

// A thread from its creation on, as far as others know of it.
struct ThreadLife {
  const Segment* created_in = nullptr;
  const Segment* last = nullptr;  // Once it has ended.
  pthread_t handle = 0;
  ThreadLife* next = nullptr;  // Of the same bucket.
  // What the creator held then.  Until it has joined, this is taken to stay so.
  Gates gates;
  enum class Hold : uint8_t { kSoFar, kProved, kRefuted };
  Hold hold = Hold::kSoFar;
  const ThreadContext* creator = nullptr;
  ChainKey creator_chain = 0;
  uint64_t creator_acquisitions = 0;
  // Where and over which calls it was created.
  uintptr_t site = 0;
  uint64_t path = 0;
  TakenLock* taken = nullptr;       // Once it has ended, until it is joined.
  const void* announced = nullptr;  // Likewise (AnnouncedLock).
};
static_assert(sizeof(ThreadLife) <= kCellSize);

// How what stands before a segment in another thread came to be before it; the later kinds
// say less.
enum class Meeting : uint8_t { kCreateJoin, kBarrier, kCondition };

struct Segment {
  ThreadId thread = ThreadId::kNone;
  // Beyond kCreateJoin: of no thread, but where those of a round have met, or a signal.
  Meeting meeting = Meeting::kCreateJoin;
  ThreadLife* life = nullptr;                    // Null: of a thread whose creation was not seen.
  const Segment* previous = nullptr;             // Of the same thread.
  const Segment* other = nullptr;                // Of another one, which came before as well.
  uint64_t number = 0;                           // Larger than those of all that came before.
  mutable const Segment* next_signal = nullptr;  // Of the same condition.
  // Of the last search that came here.
  mutable uint64_t search = 0;
  mutable const Segment* next_found = nullptr;
};
static_assert(sizeof(Segment) <= kCellSize / 2, "two share a cell");

// Who has arrived at a barrier since it let others through.
struct BarrierRound {
  Segment* all = nullptr;  // Comes after them; null if that is not kept.
  uint32_t arrived = 0;
};

class ThreadOrder {
 public:
  // Those that return a segment or a life return null when memory ended.

  // The first segment of a thread; `life` may be null.
  const Segment* Begin(ThreadId thread, ThreadLife* life);
  // The next one of the same thread, which `other` came before, if it is not null.
  const Segment* Advance(const Segment* own, const Segment* other);

  // The thread that runs in `own` is about to create another.
  ThreadLife* Create(const ThreadContext& creator, const Segment* own, uintptr_t site,
                     uint64_t path);
  // It is known by this handle from now on, or until another one is.
  void Name(ThreadLife* life, pthread_t handle);
  ThreadLife* Find(pthread_t handle) const;
  // It took these locks, and announced that it needs one of them no more, or null.
  void End(const Segment* last, TakenLock* taken, const void* announced);
  // The thread was joined by another.  Returns whether what was taken for a gate is none.
  bool Join(ThreadLife* life, const ThreadContext& joiner);

  // Whether its creator holds its gates on its behalf, as far as is known.
  bool IsHeldOn(const ThreadLife& life) const {
    return life.hold == ThreadLife::Hold::kProved ||
           (life.hold == ThreadLife::Hold::kSoFar && !is_over_);
  }
  // Nobody will be joined any more.
  void NoteEnd() { is_over_ = true; }

  // The thread that runs in `own` arrives at a barrier that lets `count` through.  Returns
  // what comes before all that they do next, once it did; null if that is not kept.
  const Segment* Arrive(BarrierRound* round, const Segment& own, uint32_t count);

  // The thread that runs in `own` ends waits for a condition, which was signalled before, if
  // `previous` is not null.  Returns what comes before all that follows these waits; null if
  // that is not kept.
  const Segment* Signal(const Segment& own, const Segment* previous);

  // Whether all of `first` came before all of `second`, as far as these meetings and those
  // that say more tell.
  bool IsBefore(const Segment& first, const Segment& second, Meeting over);

 private:
  static constexpr size_t kBuckets = 1024;
  // Three segments each; then barriers order nothing any more.
  static constexpr uint64_t kMostArrivals = 50'000;
  static constexpr uint64_t kMostSignals = 20'000;
  static size_t BucketOf(pthread_t handle) { return handle >> 12 & (kBuckets - 1); }
  Segment* NewSegment();

  Cells cells_;
  Segment* spare_ = nullptr;
  bool is_over_ = false;
  uint64_t numbers_ = 0;
  uint64_t searches_ = 0;
  uint64_t arrivals_ = 0;
  uint64_t signals_ = 0;
  ThreadLife* lives_[kBuckets] = {};
};

extern constinit ThreadOrder thread_order;

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_THREAD_ORDER_H_
