// What an engine says of a replayed log, in the ids of the recording that the log
// is from.
//
// A class is the one of its key, a stack the one of its return addresses; what the
// recording does not know, because it was cut short, gets an id of its own.
//
// What a finding is worth is the host's to say, which knew more than its events: the
// recording's finding about the same steps lends its grade, as often as it was told.
//
// Thread safety: none.

#ifndef LOCKDEP_RECORD_REPLAYED_FACTS_H_
#define LOCKDEP_RECORD_REPLAYED_FACTS_H_

#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lockdep/dependency_graph.h"
#include "lockdep/lock_class.h"
#include "lockdep/record/event_reader.h"
#include "lockdep/record/module_map.h"
#include "lockdep/record/recording.h"
#include "lockdep/usage.h"
#include "lockdep/violation.h"

namespace lockdep::record {

class ReplayedFacts {
 public:
  explicit ReplayedFacts(Recording& recording);

  // The engine's ids come with what they stand for before they are used.
  void AddThread(ThreadId engines, ThreadId recorded) { threads_[engines] = recorded; }
  void AddClass(const LockClass& lock_class);
  void AddStack(StackId id, std::span<const uintptr_t> pcs);

  void AddDependency(const Dependency& edge, const Witness& witness);
  void AddViolation(const Violation& violation);
  // The first ones that were recorded, whatever the engine says.
  void KeepFirstDependencies(size_t count);
  // The n-th that was recorded, from 1; returns what is wrong with the number.
  std::string KeepViolation(uint64_t number);

  // A lock of a recorded class.
  LoggedLock DescribeLock(ClassId recorded) const;

  // What was added takes the place of what was recorded.
  void Replace();

 private:
  ThreadId Thread(ThreadId engines) const;
  ClassId Class(ClassId engines) const;
  StackId Stack(StackId engines) const;
  Address At(const void* address) const;
  LockEntry Lock(const ViolationLock& lock) const;
  EdgeEntry Edge(const ViolationEdge& edge) const;
  // Adds what was recorded of this finding, once; returns whether there was anything.
  bool KeepRecorded(const std::string& finding);

  Recording& recording_;
  ModuleMap modules_;
  absl::flat_hash_map<std::pair<uint64_t, uint8_t>, ClassId> class_of_key_;
  absl::flat_hash_map<std::vector<uint64_t>, StackId> stack_of_pcs_;
  absl::flat_hash_map<ThreadId, ThreadId> threads_;
  absl::flat_hash_map<ClassId, ClassId> classes_;
  absl::flat_hash_map<StackId, StackId> stacks_;
  // The recorded violations that are about the same.
  absl::flat_hash_map<std::string, std::vector<size_t>> recorded_;
  std::vector<DependencyEntry> dependencies_;
  std::vector<ViolationEntry> violations_;
  // Where among the dependencies those are that were not of the engine's own seeing.
  absl::flat_hash_map<std::tuple<ClassId, ClassId, DependencyKind>, size_t> inherited_;
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_REPLAYED_FACTS_H_
