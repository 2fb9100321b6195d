// A recording as plain data, and its reader.
//
// The file is hostile input: every count, id, enum and string is checked, and
// nothing is allocated that the size of the file does not justify.  A file that
// was cut short or damaged yields the records that are whole and make sense with
// what is left, and a warning that says what was lost.  Ids in a Recording are
// therefore always valid: what is named by an id is there.
//
// Thread safety: plain data.

#ifndef LOCKDEP_RECORD_RECORDING_H_
#define LOCKDEP_RECORD_RECORDING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "lockdep/record/entries.h"
#include "lockdep/types.h"

namespace lockdep::record {

struct Recording {
  std::string path;
  uint64_t pid = 0;
  uint64_t start_time_ns = 0;  // Since 1970.
  uint16_t machine = 0;        // ELF's number, EM_X86_64 and so on.
  std::string command;

  // Each in the order of the file.
  std::vector<Module> modules;
  std::vector<ThreadEntry> threads;
  std::vector<ClassEntry> classes;
  std::vector<StackEntry> stacks;
  std::vector<DependencyEntry> dependencies;
  std::vector<DeclaredArcEntry> declared_arcs;
  std::vector<ContextEntry> contexts;
  std::vector<UsageEntry> usages;
  std::vector<ChainEntry> chains;         // Each after the one that it continues.
  std::vector<LockStatEntry> lock_stats;  // One for each run and class that was timed.
  std::vector<ViolationEntry> violations;
  std::vector<std::string> unobserved;
  // The log of events, if there is one, by its records.
  std::vector<EventsEntry> events;

  std::optional<TotalsEntry> totals;       // The last ones written.
  std::optional<std::string> stop_reason;  // Validation ended early.
  std::optional<uint64_t> end_time_ns;     // Set if the process ended in an orderly way.
  std::vector<std::string> warnings;       // "FILE: offset N: reason; what was lost".
  bool is_damaged = false;                 // Something of it, or of what was merged, was lost.

  // The processes of a merged recording; empty if it is of one process, whom the
  // fields above are about.
  std::vector<RunEntry> runs;

  // Where an id stands in the vectors above.
  absl::flat_hash_map<ThreadId, size_t> thread_index;
  absl::flat_hash_map<ClassId, size_t> class_index;
  absl::flat_hash_map<StackId, size_t> stack_index;
  absl::flat_hash_map<ChainKey, size_t> chain_index;

  // Return null for kNone and for an id that the recording does not know.
  const ThreadEntry* FindThread(ThreadId id) const;
  const ClassEntry* FindClass(ClassId id) const;
  const StackEntry* FindStack(StackId id) const;
};

// The processes that a recording is about, at least one.
std::vector<RunEntry> RunsOf(const Recording& recording);

// Whether these bytes can be the start of a recording.
bool LooksLikeRecording(std::string_view start);

// Fails, with "FILE: reason" or "FILE: offset N: reason", when the file cannot
// be read (kNotFound, kPermissionDenied, ...), is no recording or of another
// major version (kInvalidArgument), or ends before its first record (kDataLoss).
absl::StatusOr<Recording> ReadRecording(const std::string& path);

// The same for bytes at hand; `name` stands for the file in messages.
absl::StatusOr<Recording> ParseRecording(const std::string& name, std::string_view bytes);

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_RECORDING_H_
