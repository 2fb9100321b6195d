// Reads those entries of a recording that name others by id, and checks that
// what they name was announced.
//
// Thread safety: none; one for each parse.

#ifndef LOCKDEP_RECORD_ENTRY_READER_H_
#define LOCKDEP_RECORD_ENTRY_READER_H_

#include <cstdint>
#include <optional>

#include "lockdep/record/module_map.h"
#include "lockdep/record/payload_reader.h"
#include "lockdep/record/recording.h"

namespace lockdep::record {

class EntryReader {
 public:
  // Looks up ids in `recording`, and addresses in `modules`, as they are then.
  EntryReader(const Recording& recording, const ModuleMap& modules)
      : recording_(recording), modules_(modules) {}

  // Each reads one payload.  What it returns counts only if `in` is ok then.
  DependencyEntry Dependency(PayloadReader& in) const;
  DeclaredArcEntry DeclaredArc(PayloadReader& in) const;
  ChainEntry Chain(PayloadReader& in) const;
  LockStatEntry LockStat(PayloadReader& in) const;
  ContextEntry Context(PayloadReader& in) const;
  UsageEntry Usage(PayloadReader& in) const;
  // Nothing if its kind is not known.
  std::optional<ViolationEntry> Violation(PayloadReader& in) const;

  // The end of a class, which minor version 0 did not have.
  void WaitTypes(PayloadReader& in, ClassEntry* entry) const;

  RunEntry Run(PayloadReader& in) const;

  Address Resolve(uint64_t address) const { return {address, modules_.Find(address)}; }

 private:
  uint32_t RunAtHand() const {
    const size_t runs = recording_.runs.size();
    return runs == 0 ? 0 : static_cast<uint32_t>(runs - 1);
  }
  ThreadId KnownThread(PayloadReader& in) const;
  ClassId KnownClass(PayloadReader& in) const;
  ClassId KnownClassOrNone(PayloadReader& in) const;
  StackId KnownStack(PayloadReader& in) const;
  ReadMode Mode(PayloadReader& in) const {
    return in.EnumUpTo(ReadMode::kRecursiveRead, "read mode");
  }
  WaitType Wait(PayloadReader& in) const { return in.EnumUpTo(WaitType::kAny, "wait type"); }
  LockEntry Lock(PayloadReader& in) const;
  EdgeEntry Edge(PayloadReader& in) const;
  UsageOfLock Side(PayloadReader& in) const;

  const Recording& recording_;
  const ModuleMap& modules_;
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_ENTRY_READER_H_
