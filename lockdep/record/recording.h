// A recording as plain data, and its reader.
//
// The file is hostile input: every count, id, enum and string is checked, and
// nothing is allocated that the size of the file does not justify.  A file that
// was cut short or damaged yields what stands before the damage, and a warning
// that says what was lost.  Ids in a Recording are therefore always valid: what
// is named by an id is there.
//
// Thread safety: plain data.

#ifndef LOCKDEP_RECORD_RECORDING_H_
#define LOCKDEP_RECORD_RECORDING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "lockdep/dependency.h"
#include "lockdep/lock_class.h"
#include "lockdep/types.h"
#include "lockdep/usage.h"
#include "lockdep/violation.h"

namespace lockdep::record {

struct Module {
  uint64_t begin = 0;  // Of the range in memory.
  uint64_t end = 0;
  uint64_t bias = 0;     // Address in memory minus address in the file's own terms.
  std::string build_id;  // Bytes; empty if it has none.
  std::string path;

  friend bool operator==(const Module&, const Module&) = default;
};

// An address of the recorded process.
struct Address {
  static constexpr int32_t kNoModule = -1;

  uint64_t value = 0;
  int32_t module = kNoModule;  // Index into Recording::modules.

  friend bool operator==(const Address&, const Address&) = default;
};

struct ThreadEntry {
  ThreadId id = ThreadId::kNone;
  std::string name;
};

struct ContextEntry {
  uint8_t bit = 0;
  std::string name;
};

struct ClassEntry {
  ClassId id = ClassId::kNone;
  uint8_t subclass = 0;
  LockKind kind = LockKind::kUnknown;
  ClassOrigin origin_kind = ClassOrigin::kNamed;
  uint64_t key = 0;
  Address origin;
  Address first_instance;
  std::string name;
  WaitType wait_inner = WaitType::kUnchecked;
  WaitType wait_outer = WaitType::kUnchecked;
  LockRole role = LockRole::kLock;
};

struct StackEntry {
  StackId id = StackId::kNone;
  std::vector<Address> pcs;  // Return addresses, innermost first.
};

struct DependencyEntry {
  ClassId from = ClassId::kNone;
  ClassId to = ClassId::kNone;
  DependencyKind kind = DependencyKind::kEN;
  ReadMode from_mode = ReadMode::kWrite;
  ReadMode to_mode = ReadMode::kWrite;
  ThreadId thread = ThreadId::kNone;
  uint64_t from_lock = 0;
  uint64_t to_lock = 0;
  StackId from_stack = StackId::kNone;
  StackId to_stack = StackId::kNone;
};

// Contexts that a class was used in, or held while they were enabled.
struct UsageEntry {
  ClassId class_id = ClassId::kNone;
  UsageKind kind = UsageKind::kUsed;
  ReadMode mode = ReadMode::kWrite;
  ContextSet contexts = 0;
  ThreadId thread = ThreadId::kNone;
  uint64_t lock = 0;
  StackId stack = StackId::kNone;
};

struct DeclaredArcEntry {
  ClassId from = ClassId::kNone;
  ClassId to = ClassId::kNone;
  std::string declaration;
};

struct LockEntry {
  ClassId class_id = ClassId::kNone;
  ReadMode mode = ReadMode::kWrite;
  Address address;
  StackId stack = StackId::kNone;
};

struct EdgeEntry {
  ClassId from = ClassId::kNone;
  ClassId to = ClassId::kNone;
  ReadMode from_mode = ReadMode::kWrite;
  ReadMode to_mode = ReadMode::kWrite;
  ThreadId thread = ThreadId::kNone;
  Address from_lock;
  Address to_lock;
  StackId from_stack = StackId::kNone;
  StackId to_stack = StackId::kNone;
  std::string declaration;  // Empty: an execution showed this edge.
};

// One side of an interruption; class kNone if the finding is about none.
struct UsageOfLock {
  ClassId class_id = ClassId::kNone;
  ReadMode mode = ReadMode::kWrite;
  ThreadId thread = ThreadId::kNone;
  Address lock;
  StackId stack = StackId::kNone;
};

struct ViolationEntry {
  ViolationKind kind = ViolationKind::kLockOrderInversion;
  Level level = Level::kFeasible;
  ThreadId thread = ThreadId::kNone;
  ThreadId owner = ThreadId::kNone;
  StackId stack = StackId::kNone;
  LockEntry lock;
  std::vector<EdgeEntry> edges;
  std::vector<LockEntry> held;
  std::string subject;
  std::string rule;
  std::string context;
  UsageOfLock used;
  UsageOfLock enabled;
  WaitType wait = WaitType::kUnchecked;
  WaitType wait_limit = WaitType::kAny;
};

struct TotalsEntry {
  uint64_t lock_operations = 0;
  uint64_t locks = 0;
  uint64_t chains = 0;
};

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
  std::vector<ViolationEntry> violations;
  std::vector<std::string> unobserved;

  std::optional<TotalsEntry> totals;       // The last ones written.
  std::optional<std::string> stop_reason;  // Validation ended early.
  std::optional<uint64_t> end_time_ns;     // Set if the process ended in an orderly way.
  std::vector<std::string> warnings;       // "FILE: offset N: reason; what was lost".

  // Where an id stands in the vectors above.
  absl::flat_hash_map<ThreadId, size_t> thread_index;
  absl::flat_hash_map<ClassId, size_t> class_index;
  absl::flat_hash_map<StackId, size_t> stack_index;

  // Return null for kNone and for an id that the recording does not know.
  const ThreadEntry* FindThread(ThreadId id) const;
  const ClassEntry* FindClass(ClassId id) const;
  const StackEntry* FindStack(StackId id) const;
};

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
