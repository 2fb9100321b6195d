// A mutation: one thing that an execution does wrong on purpose with its locks,
// as a careless kernel patch would.  It shows that the rules notice.
//
// A mutated acquisition takes its release with it: who skips a lock skips the
// unlock too.  What follows from it (a field written without the lock, a write
// lock of a VMA without its mmap lock) is left to the rules.
//
// Thread safety: used by the tasks of one machine.

#ifndef MM_MODEL_MUTATION_H_
#define MM_MODEL_MUTATION_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "mm_model/locks.h"
#include "mm_model/machine.h"

namespace mm_model {

enum class MutationKind : uint8_t {
  kNone,
  kDrop,    // The lock is not taken.
  kWeaken,  // It is taken for reading instead of writing.
  kDelay,   // It is taken after the next one instead of before it.
  kWait,    // It is waited for, where it should only be tried.
};

// "drop", "weaken", "delay", "wait"; never null.
const char* ToString(MutationKind kind);

struct MutationSpec {
  MutationKind kind = MutationKind::kNone;
  LockClass lock_class = LockClass::kMmapLock;
  unsigned occurrence = 0;  // Of those of the class that the task takes; 0: every one.
  std::string task;         // Its name; empty: any.
  friend bool operator==(const MutationSpec&, const MutationSpec&) = default;
};

// "drop vma_start_write", "weaken mm->mmap_lock#2", "delay folio_lock@reclaim".
std::string ToString(const MutationSpec& spec);
absl::StatusOr<MutationSpec> ParseMutation(std::string_view text);

// How a lock is about to be taken; or a flush of translation caches to be done.
enum class Attempt : uint8_t { kRead, kWrite, kTry, kFlush };

// A lock that some task is about to take.
struct LockAttempt {
  std::string task;
  LockClass lock_class;
  Attempt how;
  friend auto operator<=>(const LockAttempt&, const LockAttempt&) = default;
};

class Mutation {
 public:
  // `spy`, unless empty, hears of every attempt.
  explicit Mutation(MutationSpec spec, std::function<void(const LockAttempt&)> spy = nullptr)
      : spec_(std::move(spec)), spy_(std::move(spy)) {}

  // The running task is about to acquire the lock, or to skip that.  Returns
  // what the mutation does to it.  Counts the acquisition.
  MutationKind OnAcquire(const DepMap& map, Attempt how);
  // The running task is about to release it.  Returns whether that is to be
  // skipped as the acquisition was.
  bool OnRelease(const DepMap& map);
  // The running task is about to flush what it must.  Returns whether that is to be
  // left out.
  bool OnFlush();
  // The write locks of VMAs end with the mmap write lock.
  void OnVmaWriteLocksEnd();

  // Whether it ever struck.
  bool struck() const { return struck_; }
  // Whether the running task is between an acquisition that was changed and the
  // release that belongs to it: where the lock should protect it.
  bool InSection() const;

  // An acquisition that comes later.  It owns nothing: the task that makes it may
  // be abandoned while it waits for the lock.
  struct Delayed {
    void (*acquire)(void* lock, lockdep::ReadMode mode, const LockRequest& request);
    void* lock;
    lockdep::ReadMode mode;
    LockRequest request;
  };
  // At most one acquisition is put off at a time.  One whose lock is released
  // before the task takes another is given up.
  void PutOff(const DepMap& map, const Delayed& delayed);
  // The running task has acquired another lock: now it takes what it put off.
  void TakeDelayed();

 private:
  struct Section {
    const DepMap* map;  // Null: a flush, which no release belongs to.
    const Task* task;
  };
  bool AppliesTo(Attempt how) const;
  bool Strikes(LockClass lock_class, const DepMap* map, Attempt how);

  const MutationSpec spec_;
  const std::function<void(const LockAttempt&)> spy_;
  unsigned seen_ = 0;
  bool struck_ = false;
  std::vector<Section> sections_;
  Delayed delayed_ = {};  // What was put off, of which lock, by whom.
  const DepMap* delayed_map_ = nullptr;
  const Task* delaying_ = nullptr;
};

// For the lock functions: what becomes of an acquisition of the running task.
inline MutationKind MutationOf(const DepMap& map, Attempt how) {
  Mutation* const mutation = machine().mutation;
  return mutation == nullptr ? MutationKind::kNone : mutation->OnAcquire(map, how);
}
inline bool FlushIsLeftOut() {
  Mutation* const mutation = machine().mutation;
  return mutation != nullptr && mutation->OnFlush();
}
inline bool SkipsUnlock(const DepMap& map) {
  Mutation* const mutation = machine().mutation;
  return mutation != nullptr && mutation->OnRelease(map);
}

}  // namespace mm_model

#endif  // MM_MODEL_MUTATION_H_
