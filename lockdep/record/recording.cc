#include "lockdep/record/recording.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/record/base_name.h"
#include "lockdep/record/entry_reader.h"
#include "lockdep/record/file_bytes.h"
#include "lockdep/record/format.h"
#include "lockdep/record/layout.h"
#include "lockdep/record/module_map.h"
#include "lockdep/record/payload_reader.h"

namespace lockdep::record {
namespace {

static_assert(ModuleMap::kNone == Address::kNoModule);

template <typename Entry, typename Id>
const Entry* FindEntry(const std::vector<Entry>& entries,
                       const absl::flat_hash_map<Id, size_t>& index, Id id) {
  const auto found = index.find(id);
  return found == index.end() ? nullptr : &entries[found->second];
}

template <typename Entry>
void Keep(const PayloadReader& in, Entry entry, std::vector<Entry>* entries) {
  if (in.ok()) entries->push_back(std::move(entry));
}

class Parser {
 public:
  Parser(const std::string& name, std::string_view bytes) : bytes_(bytes) { out_.path = name; }

  absl::StatusOr<Recording> Parse();

 private:
  struct Record {
    uint16_t type = 0;
    std::string_view payload;
  };

  absl::Status ParseFileHeader();
  // Returns the fault, or nothing.
  std::string NextRecord(Record* record);
  std::string Apply(const Record& record);
  void ReportLoss(const std::string& fault);
  void MarkNamesakes();
  std::string At(const std::string& reason) const {
    return absl::StrCat(out_.path, ": offset ", offset_, ": ", reason);
  }

  void Header(PayloadReader& in);
  void ModuleRecord(PayloadReader& in);
  void Thread(PayloadReader& in);
  void Class(PayloadReader& in);
  void Stack(PayloadReader& in);
  void Chains(PayloadReader& in);
  void LockStatRecord(PayloadReader& in);
  void ViolationRecord(PayloadReader& in);
  void TotalsRecord(PayloadReader& in);

  std::string_view bytes_;
  size_t offset_ = 0;  // Of the record at hand.
  size_t next_ = 0;    // Of the one after it.
  size_t records_ = 0;
  size_t unknown_kinds_ = 0;
  bool has_header_ = false;
  ModuleMap module_map_;
  absl::flat_hash_map<std::pair<uint32_t, ClassId>, size_t> lock_stat_index_;
  Recording out_;
  EntryReader entries_{out_, module_map_};
};

absl::Status Parser::ParseFileHeader() {
  if (bytes_.empty()) {
    return absl::DataLossError(absl::StrCat(
        out_.path, ": the file is empty: the process ended before it could record anything"));
  }
  if (!LooksLikeRecording(bytes_)) {
    return absl::InvalidArgumentError(absl::StrCat(
        out_.path, ": not a lockdep recording; `lockdep run --record FILE` makes one"));
  }
  if (bytes_.size() < kFileHeaderSize) {
    return absl::DataLossError(
        absl::StrCat(out_.path, ": offset ", bytes_.size(), ": the file ends inside its header"));
  }
  PayloadReader in(bytes_.substr(kMagicSize, kFileHeaderSize - kMagicSize));
  const uint16_t major = in.U16();
  const uint16_t minor = in.U16();
  if (major != kMajorVersion) {
    return absl::InvalidArgumentError(absl::StrCat(out_.path, ": recording version ", major, ".",
                                                   minor, "; this tool reads version ",
                                                   kMajorVersion, "; use the tool that wrote it"));
  }
  next_ = kFileHeaderSize;
  return absl::OkStatus();
}

std::string Parser::NextRecord(Record* record) {
  offset_ = next_;
  const std::string_view rest = bytes_.substr(offset_);
  if (rest.size() < kFrameSize) return "the file ends inside a record";
  PayloadReader frame(rest.substr(0, kFrameSize));
  const uint32_t size = frame.U32();
  const uint32_t checksum = frame.U32();
  record->type = frame.U16();
  if (size > rest.size() - kFrameSize) {
    return absl::StrCat("the file ends inside a record of ", size, " bytes");
  }
  record->payload = rest.substr(kFrameSize, size);
  const auto* raw = reinterpret_cast<const unsigned char*>(rest.data());
  if (RecordChecksum(raw, raw + kFrameSize, size) != checksum) return "the checksum does not match";
  next_ = offset_ + kFrameSize + size;
  return {};
}

absl::StatusOr<Recording> Parser::Parse() {
  if (absl::Status status = ParseFileHeader(); !status.ok()) return status;
  while (next_ < bytes_.size()) {
    Record record;
    std::string fault = NextRecord(&record);
    if (fault.empty()) fault = Apply(record);
    if (!fault.empty() && !has_header_) return absl::DataLossError(At(fault));
    if (!fault.empty()) {
      ReportLoss(fault);
      break;
    }
    ++records_;
  }
  if (!has_header_) {
    offset_ = next_;
    return absl::DataLossError(At("the file ends before its first record"));
  }
  if (unknown_kinds_ != 0) {
    out_.warnings.push_back(absl::StrCat(out_.path, ": ", unknown_kinds_,
                                         " findings of kinds that this tool does not know were "
                                         "left out; use the tool that wrote the file"));
  }
  out_.is_damaged = !out_.warnings.empty();
  for (const RunEntry& run : out_.runs) out_.is_damaged |= run.is_damaged;
  if (out_.runs.empty()) MarkNamesakes();
  return std::move(out_);
}

// A merged recording says it; of one process it shows.
void Parser::MarkNamesakes() {
  absl::flat_hash_map<std::string, const std::string*> paths;
  absl::flat_hash_set<std::string> several;
  const auto name_of = [](const Module& module) { return BaseName(module.path); };
  for (const Module& module : out_.modules) {
    const auto [at, is_new] = paths.try_emplace(name_of(module), &module.path);
    if (!is_new && *at->second != module.path) several.insert(name_of(module));
  }
  for (Module& module : out_.modules) module.has_namesake = several.contains(name_of(module));
}

void Parser::ReportLoss(const std::string& fault) {
  out_.warnings.push_back(
      At(absl::StrCat(fault, "; ", bytes_.size() - offset_, " of ", bytes_.size(),
                      " bytes are lost, ", records_, " records kept")));
}

std::string Parser::Apply(const Record& record) {
  PayloadReader in(record.payload);
  const auto type = static_cast<RecordType>(record.type);
  if (!has_header_ && type != RecordType::kHeader) return "the first record is not the header";
  switch (type) {
    case RecordType::kHeader:
      Header(in);
      break;
    case RecordType::kModule:
      ModuleRecord(in);
      break;
    case RecordType::kThread:
      Thread(in);
      break;
    case RecordType::kClass:
      Class(in);
      break;
    case RecordType::kStack:
      Stack(in);
      break;
    case RecordType::kDependency:
      Keep(in, entries_.Dependency(in), &out_.dependencies);
      break;
    case RecordType::kDeclaredArc:
      Keep(in, entries_.DeclaredArc(in), &out_.declared_arcs);
      break;
    case RecordType::kViolation:
      ViolationRecord(in);
      break;
    case RecordType::kStopped:
      if (std::string reason = in.Blob(); in.ok()) out_.stop_reason = std::move(reason);
      break;
    case RecordType::kUnobserved:
      if (std::string sentence = in.Blob(); in.ok()) out_.unobserved.push_back(std::move(sentence));
      break;
    case RecordType::kTotals:
      TotalsRecord(in);
      break;
    case RecordType::kEnd:
      if (const uint64_t time = in.U64(); in.ok()) out_.end_time_ns = time;
      break;
    case RecordType::kRun:
      // What follows was seen in this run.
      Keep(in, entries_.Run(in), &out_.runs);
      break;
    case RecordType::kContext:
      Keep(in, entries_.Context(in), &out_.contexts);
      break;
    case RecordType::kChains:
      Chains(in);
      break;
    case RecordType::kLockStat:
      LockStatRecord(in);
      break;
    case RecordType::kUsage:
      Keep(in, entries_.Usage(in), &out_.usages);
      break;
    case RecordType::kEvents:
      out_.events.push_back({.offset = offset_ + kFrameSize,
                             .size = record.payload.size(),
                             .dependencies = out_.dependencies.size(),
                             .usages = out_.usages.size()});
      break;
    default:
      break;  // Of a later minor version.
  }
  return in.fault();
}

void Parser::Header(PayloadReader& in) {
  if (has_header_) return in.Fail("a second header");
  out_.pid = in.U64();
  out_.start_time_ns = in.U64();
  out_.machine = in.U16();
  in.U8();  // The size of a pointer: addresses are 8 bytes wide in any case.
  out_.command = in.Blob();
  has_header_ = in.ok();
}

void Parser::ModuleRecord(PayloadReader& in) {
  Module module;
  module.begin = in.U64();
  module.end = in.U64();
  module.bias = in.U64();
  module.build_id = in.Blob();
  module.path = in.Blob();
  if (in.more()) module.has_namesake = in.U8() != 0;
  if (in.ok() && module.begin >= module.end) in.Fail("a module with an empty range");
  if (!in.ok()) return;
  module_map_.Add(module.begin, module.end, static_cast<int32_t>(out_.modules.size()));
  out_.modules.push_back(std::move(module));
}

// An id keeps its meaning for good: what is told again is not news.
void Parser::Thread(PayloadReader& in) {
  const auto id = static_cast<ThreadId>(in.U32());
  std::string name = in.Blob();
  const uint32_t number = in.more() ? in.U32() : static_cast<uint32_t>(id);
  if (in.ok() && id == ThreadId::kNone) in.Fail("thread 0");
  if (!in.ok() || !out_.thread_index.emplace(id, out_.threads.size()).second) return;
  out_.threads.push_back({id, std::move(name), number});
}

void Parser::Class(PayloadReader& in) {
  ClassEntry entry;
  entry.id = static_cast<ClassId>(in.U32());
  entry.subclass = in.U8();
  entry.kind = in.EnumUpTo(kLastLockKind, "lock kind");
  entry.origin_kind = in.EnumUpTo(ClassOrigin::kFirstUse, "class origin");
  entry.key = in.U64();
  entry.origin = entries_.Resolve(in.U64());
  entry.first_instance = entries_.Resolve(in.U64());
  entry.name = in.Blob();
  entries_.WaitTypes(in, &entry);
  if (in.ok() && entry.id == ClassId::kNone) in.Fail("class 0");
  if (!in.ok() || !out_.class_index.emplace(entry.id, out_.classes.size()).second) return;
  out_.classes.push_back(std::move(entry));
}

void Parser::Stack(PayloadReader& in) {
  const auto id = static_cast<StackId>(in.U32());
  const uint32_t count = in.Count(sizeof(uint64_t), "stack frames");
  if (in.ok() && id == StackId::kNone) in.Fail("stack 0");
  if (!in.ok() || !out_.stack_index.emplace(id, out_.stacks.size()).second) return;
  StackEntry& stack = out_.stacks.emplace_back();
  stack.id = id;
  stack.pcs.reserve(count);
  for (uint32_t i = 0; i < count; ++i) stack.pcs.push_back(entries_.Resolve(in.U64()));
}

void Parser::Chains(PayloadReader& in) {
  const uint32_t count = in.Count(kChainSize, "chains");
  for (uint32_t i = 0; i < count; ++i) {
    const ChainEntry entry = entries_.Chain(in);
    if (!in.ok()) return;
    if (!out_.chain_index.emplace(entry.link.key, out_.chains.size()).second) continue;
    out_.chains.push_back(entry);
  }
}

void Parser::LockStatRecord(PayloadReader& in) {
  LockStatEntry entry = entries_.LockStat(in);
  if (!in.ok()) return;
  const auto [at, is_new] =
      lock_stat_index_.try_emplace({entry.run, entry.class_id}, out_.lock_stats.size());
  if (is_new) out_.lock_stats.emplace_back();
  out_.lock_stats[at->second] = std::move(entry);
}

void Parser::ViolationRecord(PayloadReader& in) {
  std::optional<ViolationEntry> entry = entries_.Violation(in);
  if (!in.ok()) return;
  if (entry.has_value()) {
    out_.violations.push_back(std::move(*entry));
  } else {
    ++unknown_kinds_;
  }
}

void Parser::TotalsRecord(PayloadReader& in) {
  TotalsEntry totals;
  totals.lock_operations = in.U64();
  totals.locks = in.U64();
  totals.chains = in.U64();
  if (in.ok()) out_.totals = totals;
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

namespace {

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

bool LooksLikeRecording(std::string_view start) {
  const size_t compared = std::min(start.size(), kMagicSize);
  return compared != 0 && memcmp(start.data(), kMagic, compared) == 0;
}

absl::StatusOr<Recording> ParseRecording(const std::string& name, std::string_view bytes) {
  return Parser(name, bytes).Parse();
}

absl::StatusOr<Recording> ReadRecording(const std::string& path) {
  absl::StatusOr<std::string> bytes = ReadFileBytes(path);
  if (!bytes.ok()) return bytes.status();
  return ParseRecording(path, *bytes);
}

}  // namespace lockdep::record
