#include "lockdep/record/entry_reader.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "lockdep/record/layout.h"

namespace lockdep::record {
namespace {

std::optional<ViolationKind> KindNamed(std::string_view name) {
#define LOCKDEP_X(kind, text) \
  if (name == text) return ViolationKind::kind;
  LOCKDEP_VIOLATION_KINDS(LOCKDEP_X)
#undef LOCKDEP_X
  return std::nullopt;
}

}  // namespace

ThreadId EntryReader::KnownThread(PayloadReader& in) const {
  const auto id = static_cast<ThreadId>(in.U32());
  if (id == ThreadId::kNone || recording_.thread_index.contains(id)) return id;
  in.Fail(absl::StrCat("thread ", static_cast<uint32_t>(id), " was not announced"));
  return ThreadId::kNone;
}

ClassId EntryReader::KnownClassOrNone(PayloadReader& in) const {
  const auto id = static_cast<ClassId>(in.U32());
  if (id == ClassId::kNone || recording_.class_index.contains(id)) return id;
  in.Fail(absl::StrCat("class ", static_cast<uint32_t>(id), " was not announced"));
  return ClassId::kNone;
}

ClassId EntryReader::KnownClass(PayloadReader& in) const {
  const ClassId id = KnownClassOrNone(in);
  if (id == ClassId::kNone) in.Fail("a lock without a class");
  return id;
}

StackId EntryReader::KnownStack(PayloadReader& in) const {
  const auto id = static_cast<StackId>(in.U32());
  if (id == StackId::kNone || recording_.stack_index.contains(id)) return id;
  in.Fail(absl::StrCat("stack ", static_cast<uint32_t>(id), " was not announced"));
  return StackId::kNone;
}

DependencyEntry EntryReader::Dependency(PayloadReader& in) const {
  DependencyEntry entry;
  entry.from = KnownClass(in);
  entry.to = KnownClass(in);
  entry.kind = in.EnumUpTo(DependencyKind::kEN, "dependency kind");
  entry.from_mode = Mode(in);
  entry.to_mode = Mode(in);
  entry.thread = KnownThread(in);
  entry.from_lock = in.U64();
  entry.to_lock = in.U64();
  entry.from_stack = KnownStack(in);
  entry.to_stack = KnownStack(in);
  entry.run = RunAtHand();
  return entry;
}

DeclaredArcEntry EntryReader::DeclaredArc(PayloadReader& in) const {
  DeclaredArcEntry entry;
  entry.from = KnownClass(in);
  entry.to = KnownClass(in);
  entry.declaration = in.Blob();
  return entry;
}

LockEntry EntryReader::Lock(PayloadReader& in) const {
  LockEntry lock;
  lock.class_id = KnownClassOrNone(in);
  lock.mode = Mode(in);
  lock.address = Resolve(in.U64());
  lock.stack = KnownStack(in);
  return lock;
}

EdgeEntry EntryReader::Edge(PayloadReader& in) const {
  EdgeEntry edge;
  edge.from = KnownClass(in);
  edge.to = KnownClass(in);
  edge.from_mode = Mode(in);
  edge.to_mode = Mode(in);
  edge.thread = KnownThread(in);
  edge.from_lock = Resolve(in.U64());
  edge.to_lock = Resolve(in.U64());
  edge.from_stack = KnownStack(in);
  edge.to_stack = KnownStack(in);
  edge.declaration = in.Blob();
  edge.run = RunAtHand();
  return edge;
}

std::optional<ViolationEntry> EntryReader::Violation(PayloadReader& in) const {
  constexpr size_t kLockSize = 4 + 1 + 8 + 4;
  constexpr size_t kEdgeSize = 4 + 4 + 1 + 1 + 4 + 8 + 8 + 4 + 4 + 4;
  const std::optional<ViolationKind> kind = KindNamed(in.Blob());
  ViolationEntry entry;
  entry.level = in.EnumUpTo(Level::kConfirmed, "level");
  entry.thread = KnownThread(in);
  entry.owner = KnownThread(in);
  entry.stack = KnownStack(in);
  entry.lock = Lock(in);
  const uint32_t edges = in.Count(kEdgeSize, "edges");
  for (uint32_t i = 0; i < edges && in.ok(); ++i) entry.edges.push_back(Edge(in));
  const uint32_t held = in.Count(kLockSize, "held locks");
  for (uint32_t i = 0; i < held && in.ok(); ++i) entry.held.push_back(Lock(in));
  entry.subject = in.Blob();
  entry.rule = in.Blob();
  if (in.more()) {  // Since minor version 1.
    entry.context = in.Blob();
    entry.used = Side(in);
    entry.enabled = Side(in);
    entry.wait = Wait(in);
    entry.wait_limit = Wait(in);
  }
  if (in.more()) {  // Since minor version 2.
    entry.running_in = in.U64();
    entry.interruptible_by = in.U64();
  }
  if (in.more()) {  // Since minor version 3.
    constexpr size_t kReasonSize = 4 + 4;
    const uint32_t reasons = in.Count(kReasonSize, "reasons");
    for (uint32_t i = 0; i < reasons && in.ok(); ++i) {
      std::string text(in.Blob());
      entry.reasons.push_back({std::move(text), KnownClassOrNone(in)});
    }
  }
  if (!kind.has_value()) return std::nullopt;
  entry.kind = *kind;
  entry.run = RunAtHand();
  return entry;
}

ChainEntry EntryReader::Chain(PayloadReader& in) const {
  ChainEntry entry;
  entry.link.key = in.U64();
  entry.link.previous = in.U64();
  const ClassId id = KnownClass(in);
  const ReadMode mode = Mode(in);
  const uint8_t flags = in.U8();
  entry.contexts = in.U64();
  entry.link.use = LockUse(id, mode, (flags & kChainTried) != 0 ? TryLock::kYes : TryLock::kNo);
  if ((flags & kChainSync) != 0) entry.link.use = entry.link.use.Sync();
  if (entry.link.key == 0) in.Fail("chain 0");
  if (entry.link.previous != 0 && !recording_.chain_index.contains(entry.link.previous)) {
    in.Fail("a chain continues one that was not announced");
  }
  return entry;
}

LockStatEntry EntryReader::LockStat(PayloadReader& in) const {
  constexpr size_t kPointSize = 8 + 8;
  LockStatEntry entry;
  entry.class_id = KnownClass(in);
  for (LockTimes* times :
       {&entry.read_wait, &entry.write_wait, &entry.read_hold, &entry.write_hold}) {
    times->count = in.U64();
    times->min = in.U64();
    times->max = in.U64();
    times->total = in.U64();
  }
  const uint32_t points = in.Count(kPointSize, "places");
  for (uint32_t i = 0; i < points && in.ok(); ++i) {
    const Address pc = Resolve(in.U64());
    entry.contended_at.push_back({pc, in.U64()});
  }
  entry.run = RunAtHand();
  return entry;
}

UsageOfLock EntryReader::Side(PayloadReader& in) const {
  UsageOfLock side;
  side.class_id = KnownClassOrNone(in);
  side.mode = Mode(in);
  side.thread = KnownThread(in);
  side.lock = Resolve(in.U64());
  side.stack = KnownStack(in);
  return side;
}

ContextEntry EntryReader::Context(PayloadReader& in) const {
  ContextEntry entry;
  entry.bit = in.U8();
  entry.name = in.Blob();
  if (entry.bit >= kMaxContextBits) in.Fail(absl::StrCat("context ", entry.bit));
  return entry;
}

UsageEntry EntryReader::Usage(PayloadReader& in) const {
  UsageEntry entry;
  entry.class_id = KnownClass(in);
  entry.kind = in.EnumUpTo(UsageKind::kEnabledShared, "usage kind");
  entry.mode = Mode(in);
  entry.contexts = in.U64();
  entry.thread = KnownThread(in);
  entry.lock = in.U64();
  entry.stack = KnownStack(in);
  entry.run = RunAtHand();
  return entry;
}

void EntryReader::WaitTypes(PayloadReader& in, ClassEntry* entry) const {
  if (!in.more()) return;
  entry->wait_inner = Wait(in);
  entry->wait_outer = Wait(in);
  entry->role = in.EnumUpTo(LockRole::kWaitOverride, "lock role");
  if (in.more()) entry->origin_stack = KnownStack(in);
}

RunEntry EntryReader::Run(PayloadReader& in) const {
  const auto sentences = [&in](const char* what) {
    std::vector<std::string> all;
    const uint32_t count = in.Count(sizeof(uint32_t), what);
    for (uint32_t i = 0; i < count && in.ok(); ++i) all.push_back(in.Blob());
    return all;
  };
  RunEntry run;
  run.start_time_ns = in.U64();
  run.pid = in.U64();
  run.command = in.Blob();
  run.classes = in.U64();
  run.dependencies = in.U64();
  run.threads = in.U64();
  run.is_damaged = in.U8() != 0;
  if (in.U8() != 0) {
    run.totals = TotalsEntry{};
    run.totals->lock_operations = in.U64();
    run.totals->locks = in.U64();
    run.totals->chains = in.U64();
  }
  if (in.U8() != 0) run.end_time_ns = in.U64();
  if (in.U8() != 0) run.stop_reason = in.Blob();
  run.contexts = sentences("contexts");
  run.unobserved = sentences("sentences");
  return run;
}

}  // namespace lockdep::record
