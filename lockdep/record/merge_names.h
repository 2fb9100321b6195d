// The names that facts of several recordings are told in: modules, stacks,
// threads, classes and runs, each known by a small number that is good for one
// merger, with an order that depends on what they are and not on who came first.
//
// Thread safety: one object, one thread.

#ifndef LOCKDEP_RECORD_MERGE_NAMES_H_
#define LOCKDEP_RECORD_MERGE_NAMES_H_

#include <compare>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lockdep/record/recording.h"

namespace lockdep::record {

// An address that means the same in every process: in the terms of a module's
// file, or, outside of all modules, as it was.
struct Place {
  int32_t module = Address::kNoModule;
  uint64_t value = 0;

  friend bool operator==(const Place&, const Place&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Place& place) {
    return H::combine(std::move(h), place.module, place.value);
  }
};

using PlaceStack = std::vector<Place>;

// Values of one type, each once and with a number.
template <typename T>
class Pool {
 public:
  uint32_t Number(const T& value) {
    const auto [at, is_new] = numbers_.try_emplace(value, values_.size());
    if (is_new) values_.push_back(value);
    return at->second;
  }
  const T& operator[](uint32_t number) const { return values_[number]; }
  uint32_t size() const { return static_cast<uint32_t>(values_.size()); }

 private:
  std::vector<T> values_;
  absl::flat_hash_map<T, uint32_t> numbers_;
};

// A module's file, and which part of it was seen in memory.
struct MergedModule {
  std::string path;
  std::string build_id;
  uint64_t begin = 0;  // In the terms of the file.
  uint64_t end = 0;
  bool has_namesake = false;
};

class MergedModules {
 public:
  // Of a module that is known, widens the range.
  int32_t Number(const Module& module);
  const MergedModule& operator[](size_t number) const { return modules_[number]; }

  // Modules laid out one after the other where no process has anything, in an
  // order that depends on them alone, and where each number went.
  std::vector<Module> LayOut(std::vector<int32_t>* places) const;

  // The order of Place that LayOut keeps.
  std::strong_ordering Compare(const Place& a, const Place& b) const;

 private:
  absl::flat_hash_map<std::pair<std::string, std::string>, int32_t> numbers_;
  std::vector<MergedModule> modules_;
};

// What makes a class the same in two recordings.
struct ClassIdentity {
  LockKind kind = LockKind::kUnknown;
  ClassOrigin origin_kind = ClassOrigin::kNamed;
  uint8_t subclass = 0;
  std::string name;
  WaitType wait_inner = WaitType::kUnchecked;
  WaitType wait_outer = WaitType::kUnchecked;
  LockRole role = LockRole::kLock;
  Place origin;
  uint32_t ordinal = 0;  // Among those of one recording that are alike but for this.

  friend bool operator==(const ClassIdentity&, const ClassIdentity&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const ClassIdentity& id) {
    return H::combine(std::move(h), id.kind, id.origin_kind, id.subclass, id.name, id.wait_inner,
                      id.wait_outer, id.role, id.origin, id.ordinal);
  }
};

using ThreadIdentity = std::pair<uint32_t, std::string>;  // Number in its process, name.

// Where runs stand in time; two processes of one machine differ in their id.
struct RunIdentity {
  uint64_t start_time_ns = 0;
  uint64_t pid = 0;
  std::string command;

  friend auto operator<=>(const RunIdentity&, const RunIdentity&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const RunIdentity& run) {
    return H::combine(std::move(h), run.start_time_ns, run.pid, run.command);
  }
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_MERGE_NAMES_H_
