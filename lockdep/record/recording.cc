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
#include "lockdep/record/frame_reader.h"
#include "lockdep/record/layout.h"
#include "lockdep/record/module_map.h"
#include "lockdep/record/packed.h"
#include "lockdep/record/payload_reader.h"

namespace lockdep::record {
namespace {

static_assert(ModuleMap::kNone == Address::kNoModule);

template <typename Entry>
void Keep(const PayloadReader& in, Entry entry, std::vector<Entry>* entries) {
  if (in.ok()) entries->push_back(std::move(entry));
}

// What stands behind a run's record in a merged recording.
bool IsOfARun(RecordType type) {
  return type == RecordType::kDependency || type == RecordType::kUsage ||
         type == RecordType::kLockStat || type == RecordType::kViolation;
}

bool IsOrHasRuns(RecordType type) {
  return type == RecordType::kRun || type == RecordType::kPacked;
}

class Parser {
 public:
  Parser(const std::string& name, std::string_view bytes) : bytes_(bytes) { out_.path = name; }

  absl::StatusOr<Recording> Parse();

 private:
  absl::Status ParseFileHeader();
  absl::Status ParseRecords(std::string_view bytes, size_t start);
  // Returns the fault, or nothing.
  std::string Apply(const Frame& record);
  bool ApplyToProcess(RecordType type, PayloadReader& in);
  void ApplyToGraph(RecordType type, PayloadReader& in);
  void NoteLoss(const std::string& fault, size_t size);
  void TellLosses();
  void MarkNamesakes();
  // Its header names no process.
  bool IsMerged() const { return out_.pid == 0 && out_.start_time_ns == 0; }
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
  void Events(PayloadReader& in, std::string_view payload);
  std::string Packed(std::string_view payload);

  std::string_view bytes_;
  size_t offset_ = 0;  // Of the record at hand.
  size_t records_ = 0;
  std::string first_loss_;
  size_t lost_bytes_ = 0;
  size_t lost_places_ = 0;
  bool has_gap_ = false;  // Something was kept that stands behind what is lost.
  bool is_unpacking_ = false;
  bool run_is_lost_ = false;  // Of a merged recording: that of the record at hand.
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
    offset_ = bytes_.size();
    return absl::DataLossError(At("the file ends inside its header"));
  }
  PayloadReader in(bytes_.substr(kMagicSize, kFileHeaderSize - kMagicSize));
  const uint16_t major = in.U16();
  const uint16_t minor = in.U16();
  if (major < kMajorVersion || major > kPackedMajorVersion) {
    return absl::InvalidArgumentError(absl::StrCat(
        out_.path, ": recording version ", major, ".", minor, "; this tool reads versions ",
        kMajorVersion, " and ", kPackedMajorVersion, "; use the tool that wrote it"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Recording> Parser::Parse() {
  if (absl::Status status = ParseFileHeader(); !status.ok()) return status;
  if (absl::Status status = ParseRecords(bytes_, kFileHeaderSize); !status.ok()) return status;
  if (!has_header_) {
    offset_ = bytes_.size();
    return absl::DataLossError(At("the file ends before its first record"));
  }
  TellLosses();
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

absl::Status Parser::ParseRecords(std::string_view bytes, size_t start) {
  FrameReader frames(bytes, start);
  while (frames.more()) {
    Frame record;
    std::string fault = frames.Next(&record);
    if (!is_unpacking_) offset_ = record.offset;
    const bool is_whole = fault.empty();
    if (is_whole) fault = Apply(record);
    if (!fault.empty() && !has_header_) return absl::DataLossError(At(fault));
    if (fault.empty()) {
      if (record.type != static_cast<uint16_t>(RecordType::kPacked)) ++records_;
      has_gap_ |= lost_places_ != 0;
      continue;
    }
    // What is lost of a packed record is lost with others that are in the file.
    NoteLoss(fault, is_unpacking_ ? 0 : frames.next() - offset_);
    run_is_lost_ |= !is_whole || IsOrHasRuns(static_cast<RecordType>(record.type));
  }
  return absl::OkStatus();
}

std::string Parser::Packed(std::string_view payload) {
  if (is_unpacking_) return "a packed record in a packed one";
  std::string fault;
  const std::string records = Unpack(payload, &fault);
  if (!fault.empty()) return fault;
  is_unpacking_ = true;
  ParseRecords(records, 0).IgnoreError();  // There is a header already.
  is_unpacking_ = false;
  return {};
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

void Parser::NoteLoss(const std::string& fault, size_t size) {
  if (lost_places_++ == 0) first_loss_ = At(fault);
  lost_bytes_ += size;
}

void Parser::TellLosses() {
  if (lost_places_ == 0) return;
  const std::string places = lost_places_ == 1 ? "" : absl::StrCat(" in ", lost_places_, " places");
  out_.warnings.push_back(absl::StrCat(first_loss_, "; ", lost_bytes_, " of ", bytes_.size(),
                                       " bytes are lost", places, ", ", records_, " records kept"));
  // A log of events goes on from what is lost; what was learnt from them stands for itself.
  if (has_gap_) out_.events.clear();
}

std::string Parser::Apply(const Frame& record) {
  const auto type = static_cast<RecordType>(record.type);
  if (!has_header_ && type != RecordType::kHeader) return "the first record is not the header";
  if (IsMerged() && run_is_lost_ && IsOfARun(type)) return "the run that it was seen in is lost";
  if (type == RecordType::kPacked) return Packed(record.payload);
  PayloadReader in(record.payload);
  if (type == RecordType::kEvents) {
    Events(in, record.payload);
  } else if (!ApplyToProcess(type, in)) {
    ApplyToGraph(type, in);
  }
  return in.fault();
}

// What a process says of itself; returns whether it is that.
bool Parser::ApplyToProcess(RecordType type, PayloadReader& in) {
  switch (type) {
    case RecordType::kHeader:
      Header(in);
      return true;
    case RecordType::kModule:
      ModuleRecord(in);
      return true;
    case RecordType::kThread:
      Thread(in);
      return true;
    case RecordType::kStopped:
      if (std::string reason = in.Blob(); in.ok()) out_.stop_reason = std::move(reason);
      return true;
    case RecordType::kUnobserved:
      if (std::string sentence = in.Blob(); in.ok()) out_.unobserved.push_back(std::move(sentence));
      return true;
    case RecordType::kTotals:
      TotalsRecord(in);
      return true;
    case RecordType::kEnd:
      if (const uint64_t time = in.U64(); in.ok()) out_.end_time_ns = time;
      return true;
    case RecordType::kRun:
      // What follows was seen in this run.
      Keep(in, entries_.Run(in), &out_.runs);
      if (in.ok()) run_is_lost_ = false;
      return true;
    case RecordType::kContext:
      Keep(in, entries_.Context(in), &out_.contexts);
      return true;
    default:
      return false;
  }
}

void Parser::ApplyToGraph(RecordType type, PayloadReader& in) {
  switch (type) {
    case RecordType::kClass:
      return Class(in);
    case RecordType::kStack:
      return Stack(in);
    case RecordType::kDependency:
      return Keep(in, entries_.Dependency(in), &out_.dependencies);
    case RecordType::kDeclaredArc:
      return Keep(in, entries_.DeclaredArc(in), &out_.declared_arcs);
    case RecordType::kViolation:
      return ViolationRecord(in);
    case RecordType::kChains:
      return Chains(in);
    case RecordType::kLockStat:
      return LockStatRecord(in);
    case RecordType::kUsage:
      return Keep(in, entries_.Usage(in), &out_.usages);
    default:
      return;  // Of a later minor version.
  }
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

// It is read where it stands in the file.
void Parser::Events(PayloadReader& in, std::string_view payload) {
  if (is_unpacking_) return in.Fail("a log of events in a packed record");
  out_.events.push_back({.offset = offset_ + kFrameSize,
                         .size = payload.size(),
                         .dependencies = out_.dependencies.size(),
                         .usages = out_.usages.size()});
}

}  // namespace

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
