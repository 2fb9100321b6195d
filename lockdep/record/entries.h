// The entries of a recording: one struct for each type of record.
//
// Thread safety: plain data.

#ifndef LOCKDEP_RECORD_ENTRIES_H_
#define LOCKDEP_RECORD_ENTRIES_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lockdep/chain_key.h"
#include "lockdep/dependency.h"
#include "lockdep/lock_class.h"
#include "lockdep/lock_stat.h"
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
  // Some process had another file of this name, in another directory, as well.
  bool has_namesake = false;

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
  uint32_t number = 0;  // Within its process: what reports call it.
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
  // A stack through `origin` of a lock of this class; kNone if not told.
  StackId origin_stack = StackId::kNone;
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
  uint32_t run = 0;  // Index into RunsOf: where it was seen.
};

// A chain of held locks, as the one that it continues (0: none) and its last lock.
struct ChainEntry {
  ChainLink link;
  ContextSet contexts = 0;  // In which it was taken.
};

// How long a class was waited for and held, in nanoseconds, in one run.
struct LockStatEntry {
  struct Point {
    Address pc;
    uint64_t count = 0;
  };

  ClassId class_id = ClassId::kNone;
  LockTimes read_wait;
  LockTimes write_wait;
  LockTimes read_hold;
  LockTimes write_hold;
  std::vector<Point> contended_at;  // The first places, with how often there was a wait.
  uint32_t run = 0;
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
  uint32_t run = 0;
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
  uint32_t run = 0;         // Index into RunsOf: where it was seen.
};

// One side of an interruption; class kNone if the finding is about none.
struct UsageOfLock {
  ClassId class_id = ClassId::kNone;
  ReadMode mode = ReadMode::kWrite;
  ThreadId thread = ThreadId::kNone;
  Address lock;
  StackId stack = StackId::kNone;
};

// Why a finding has its level, and the class that this is about; kNone if none.
struct ReasonEntry {
  std::string text;
  ClassId class_id = ClassId::kNone;

  friend bool operator==(const ReasonEntry&, const ReasonEntry&) = default;
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
  ContextSet running_in = 0;
  ContextSet interruptible_by = 0;
  std::vector<ReasonEntry> reasons;
  uint32_t run = 0;  // Index into RunsOf: where it was found.
  // Not in files: of what a reader finds that no single run could.
  bool across_runs = false;
};

// A part of the log of events: where in the file it stands (event_replay.h).
struct EventsEntry {
  size_t offset = 0;
  size_t size = 0;
  size_t dependencies = 0;  // How many stand before it.
  size_t usages = 0;
};

struct TotalsEntry {
  uint64_t lock_operations = 0;
  uint64_t locks = 0;
  uint64_t chains = 0;

  friend auto operator<=>(const TotalsEntry&, const TotalsEntry&) = default;
};

// One process of a recording.
struct RunEntry {
  uint64_t start_time_ns = 0;  // Since 1970.
  uint64_t pid = 0;
  std::string command;
  std::optional<TotalsEntry> totals;
  std::optional<std::string> stop_reason;
  std::optional<uint64_t> end_time_ns;
  std::vector<std::string> contexts;  // In which some lock was taken.
  std::vector<std::string> unobserved;
  uint64_t classes = 0;
  uint64_t dependencies = 0;
  uint64_t threads = 0;
  bool is_damaged = false;

  friend auto operator<=>(const RunEntry&, const RunEntry&) = default;
};

inline uint64_t NumberOf(const Address& address) { return address.value; }

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_ENTRIES_H_
