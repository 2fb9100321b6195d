// What a recording answers about what is in it.

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "lockdep/record/recording.h"
#include "lockdep/usage.h"

namespace lockdep::record {
namespace {

template <typename Entry, typename Id>
const Entry* FindEntry(const std::vector<Entry>& entries,
                       const absl::flat_hash_map<Id, size_t>& index, Id id) {
  const auto found = index.find(id);
  return found == index.end() ? nullptr : &entries[found->second];
}

// The names of the contexts in which some lock was taken.
std::vector<std::string> UsedContexts(const Recording& recording) {
  ContextSet used = 0;
  for (const UsageEntry& usage : recording.usages) {
    if (IsUsedKind(usage.kind)) used |= usage.contexts;
  }
  std::vector<std::string> names;
  for (const ContextEntry& context : recording.contexts) {
    if ((used >> context.bit & 1) != 0) names.push_back(context.name);
  }
  return names;
}

}  // namespace

const ThreadEntry* Recording::FindThread(ThreadId id) const {
  return FindEntry(threads, thread_index, id);
}

const ClassEntry* Recording::FindClass(ClassId id) const {
  return FindEntry(classes, class_index, id);
}

const StackEntry* Recording::FindStack(StackId id) const {
  return FindEntry(stacks, stack_index, id);
}

std::vector<RunEntry> RunsOf(const Recording& recording) {
  if (!recording.runs.empty()) return recording.runs;
  absl::flat_hash_set<std::pair<ClassId, ClassId>> pairs;
  for (const DependencyEntry& entry : recording.dependencies) pairs.emplace(entry.from, entry.to);
  return {{.start_time_ns = recording.start_time_ns,
           .pid = recording.pid,
           .command = recording.command,
           .totals = recording.totals,
           .stop_reason = recording.stop_reason,
           .end_time_ns = recording.end_time_ns,
           .contexts = UsedContexts(recording),
           .unobserved = recording.unobserved,
           .classes = recording.classes.size(),
           .dependencies = pairs.size(),
           .threads = recording.threads.size(),
           .is_damaged = recording.is_damaged}};
}

}  // namespace lockdep::record
