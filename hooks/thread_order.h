// What threads did before others could: what stands before the creation of a thread
// comes before all that it does, and that before what follows its join; likewise for
// barriers.  A thread's life is cut there into segments, which are the nodes of that order.
//
// A lock that the creator holds from the creation until it has joined the thread, and
// takes no other meanwhile, is held on the thread's behalf too.
//
// Limits: segments are never given up: some 200 bytes for each thread that ever was.
// Thread safety: needs the validator's graph lock.

#ifndef LOCKDEP_HOOKS_THREAD_ORDER_H_
#define LOCKDEP_HOOKS_THREAD_ORDER_H_

#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "hooks/cells.h"
#include "hooks/gates.h"
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
};
static_assert(sizeof(ThreadLife) <= kCellSize);

struct Segment {
  ThreadId thread = ThreadId::kNone;
  ThreadLife* life = nullptr;         // Null: of a thread whose creation was not seen.
  const Segment* previous = nullptr;  // Of the same thread.
  const Segment* other = nullptr;     // Of another one, which came before as well.
  uint64_t number = 0;                // Larger than those of all that came before.
  // Of the last search that came here.
  mutable uint64_t search = 0;
  mutable const Segment* next_found = nullptr;
};
static_assert(sizeof(Segment) <= kCellSize / 2, "two share a cell");

class ThreadOrder {
 public:
  // Those that return a segment or a life return null when memory ended.

  // The first segment of a thread; `life` may be null.
  const Segment* Begin(ThreadId thread, ThreadLife* life);
  // The next one of the same thread, which `other` came before, if it is not null.
  const Segment* Advance(const Segment* own, const Segment* other);

  // The thread that runs in `own` is about to create another.
  ThreadLife* Create(const ThreadContext& creator, const Segment* own);
  // It is known by this handle from now on, or until another one is.
  void Name(ThreadLife* life, pthread_t handle);
  ThreadLife* Find(pthread_t handle) const;
  void End(const Segment* last);
  // The thread was joined by another.  Returns whether what was taken for a gate is none.
  bool Join(ThreadLife* life, const ThreadContext& joiner);

  // Whether its creator holds its gates on its behalf, as far as is known.
  bool IsHeldOn(const ThreadLife& life) const {
    return life.hold == ThreadLife::Hold::kProved ||
           (life.hold == ThreadLife::Hold::kSoFar && !is_over_);
  }
  // Nobody will be joined any more.
  void NoteEnd() { is_over_ = true; }

  // Whether all of `first` came before all of `second`; false if that cannot be told.
  bool IsBefore(const Segment& first, const Segment& second);

 private:
  static constexpr size_t kBuckets = 1024;
  static size_t BucketOf(pthread_t handle) { return handle >> 12 & (kBuckets - 1); }
  Segment* NewSegment();

  Cells cells_;
  Segment* spare_ = nullptr;
  bool is_over_ = false;
  uint64_t numbers_ = 0;
  uint64_t searches_ = 0;
  ThreadLife* lives_[kBuckets] = {};
};

extern constinit ThreadOrder thread_order;

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_THREAD_ORDER_H_
