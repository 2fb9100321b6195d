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
};

// "drop vma_start_write", "weaken mm->mmap_lock#2", "delay folio_lock@reclaim".
std::string ToString(const MutationSpec& spec);
absl::StatusOr<MutationSpec> ParseMutation(std::string_view text);

class Mutation {
 public:
  explicit Mutation(MutationSpec spec) : spec_(std::move(spec)) {}

  // The running task is about to acquire the lock, or to skip that.  Returns
  // what the mutation does to it.  Counts the acquisition.
  MutationKind OnAcquire(const DepMap& map);
  // Whether it ever struck.
  bool struck() const { return struck_; }

  // The running task skipped the lock.
  void Skip(const DepMap& map);
  // Whether the release is to be skipped as the acquisition was; forgets it.
  bool TakeSkipped(const DepMap& map);

  // At most one acquisition is put off at a time.
  void PutOff(std::function<void()> acquire);
  // The running task has acquired another lock: now it takes what it put off.
  void TakeDelayed();

 private:
  struct Skipped {
    const DepMap* map;
    const Task* task;
  };

  const MutationSpec spec_;
  unsigned seen_ = 0;
  bool struck_ = false;
  std::vector<Skipped> skipped_;
  std::function<void()> delayed_;
  const Task* delaying_ = nullptr;
};

// For the lock functions: what becomes of an acquisition of the running task.
inline MutationKind MutationOf(const DepMap& map) {
  Mutation* const mutation = machine().mutation;
  return mutation == nullptr ? MutationKind::kNone : mutation->OnAcquire(map);
}
inline bool SkipsUnlock(const DepMap& map) {
  Mutation* const mutation = machine().mutation;
  return mutation != nullptr && mutation->TakeSkipped(map);
}

}  // namespace mm_model

#endif  // MM_MODEL_MUTATION_H_
