// The facts of a merger: what recordings say, in the merger's own names.
//
// Each fact is kept with the first run that showed it, in the order of time; two
// tellings of one run are told apart by what they say.  So every fact is the least
// of all that were added, whatever the order of adding.
//
// Thread safety: one object, one thread.

#ifndef LOCKDEP_RECORD_MERGE_FACTS_H_
#define LOCKDEP_RECORD_MERGE_FACTS_H_

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lockdep/record/merge_names.h"
#include "lockdep/record/recording.h"

namespace lockdep::record {

// In all of these, classes, threads and stacks are numbers of the merger's pools,
// kNone standing for "none".
inline constexpr uint32_t kNone = UINT32_MAX;

struct MergedLock {
  uint32_t lock_class = kNone;
  ReadMode mode = ReadMode::kWrite;
  uint32_t stack = kNone;
  Place address;
};

// Who had a lock, in or out of a context.
struct MergedSide {
  MergedLock lock;
  uint32_t thread = kNone;
};

// One context of a class, with who showed it.
struct MergedUsage {
  UsageKind kind = UsageKind::kUsed;
  uint32_t context = kNone;
  MergedSide side;
  uint32_t run = kNone;
};

struct MergedEdge {
  uint32_t from = kNone;
  uint32_t to = kNone;
  ReadMode from_mode = ReadMode::kWrite;
  ReadMode to_mode = ReadMode::kWrite;
  uint32_t from_stack = kNone;
  uint32_t to_stack = kNone;
  uint32_t thread = kNone;
  Place from_lock;
  Place to_lock;
  std::string declaration;
};

struct MergedReason {
  std::string text;
  uint32_t lock_class = kNone;
};

struct MergedViolation {
  ViolationKind kind = ViolationKind::kLockOrderInversion;
  Level level = Level::kFeasible;
  uint32_t stack = kNone;
  MergedLock lock;
  std::vector<MergedEdge> edges;
  std::vector<MergedLock> held;
  std::string subject;
  std::string rule;
  std::string context;
  MergedSide used;
  MergedSide enabled;
  WaitType wait = WaitType::kUnchecked;
  WaitType wait_limit = WaitType::kAny;
  // Contexts, in the order of their names.
  std::vector<uint32_t> running_in;
  std::vector<uint32_t> interruptible_by;
  std::vector<MergedReason> reasons;
  uint32_t thread = kNone;
  uint32_t owner = kNone;
  uint32_t run = kNone;
};

struct MergedDependency {
  MergedEdge edge;
  DependencyKind kind = DependencyKind::kEN;
  uint32_t run = kNone;
};

// What is known of a class beside what makes it the same.
struct MergedClass {
  Place first_instance;
  uint32_t origin_stack = kNone;  // Through the class's origin.
};

// A chain of held locks: the one that it continues, and its last lock.
struct MergedChain {
  uint32_t previous = kNone;
  uint32_t lock_class = kNone;
  LockUse use;                     // But for its class.
  std::vector<uint32_t> contexts;  // Sorted by name.

  friend bool operator==(const MergedChain&, const MergedChain&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const MergedChain& chain) {
    return H::combine(std::move(h), chain.previous, chain.lock_class, chain.use.word(),
                      chain.contexts);
  }
};

// Of one class in one run: the fuller of two tellings.
struct MergedLockStat {
  uint32_t run = kNone;
  uint32_t lock_class = kNone;
  LockStatEntry times;  // But for its class, run and places.
  std::vector<std::pair<Place, uint64_t>> contended_at;
};

struct MergeFacts {
  MergedModules modules;
  Pool<PlaceStack> stacks;
  Pool<ThreadIdentity> threads;
  Pool<ClassIdentity> classes;
  std::vector<MergedClass> class_data;  // By class.
  Pool<std::string> contexts;
  Pool<RunIdentity> runs;
  std::vector<RunEntry> run_data;  // By run: the fullest telling.
  absl::flat_hash_map<std::tuple<uint32_t, uint32_t, DependencyKind>, MergedDependency>
      dependencies;
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, std::string> declared_arcs;
  Pool<MergedChain> chains;  // Each after the one that it continues.
  absl::flat_hash_map<std::tuple<uint32_t, UsageKind, uint32_t>, MergedUsage> usages;
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, MergedLockStat> lock_stats;  // Run, class.
  // By all of a violation that does not differ from run to run.
  absl::flat_hash_map<std::string, MergedViolation> violations;
  uint16_t machine = 0;
  bool mixed_machines = false;

  // Orders that depend on what numbers stand for.  kNone comes first.
  std::strong_ordering CompareStacks(uint32_t a, uint32_t b) const;
  std::strong_ordering CompareThreads(uint32_t a, uint32_t b) const;
  std::strong_ordering CompareClasses(uint32_t a, uint32_t b) const;
  std::strong_ordering CompareRuns(uint32_t a, uint32_t b) const { return runs[a] <=> runs[b]; }
  std::strong_ordering CompareLocks(const MergedLock& a, const MergedLock& b) const;
  std::strong_ordering CompareSides(const MergedSide& a, const MergedSide& b) const;
  // Of their last locks: `previous` is not looked at.
  std::strong_ordering CompareChainEnds(const MergedChain& a, const MergedChain& b) const;
  std::strong_ordering CompareLockStats(const MergedLockStat& a, const MergedLockStat& b) const;
  std::strong_ordering CompareUsages(const MergedUsage& a, const MergedUsage& b) const;
  // Of contexts.
  std::strong_ordering CompareNames(const std::vector<uint32_t>& a,
                                    const std::vector<uint32_t>& b) const;
  std::strong_ordering CompareEdges(const MergedEdge& a, const MergedEdge& b) const;
  // Runs first.
  std::strong_ordering CompareDependencies(const MergedDependency& a,
                                           const MergedDependency& b) const;
  std::strong_ordering CompareViolations(const MergedViolation& a, const MergedViolation& b) const;
};

// Adds what one recording says.
void AddToFacts(const Recording& recording, MergeFacts* facts);

// The facts as a recording, in an order that depends on them alone.
Recording RecordingOf(const MergeFacts& facts);

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_MERGE_FACTS_H_
