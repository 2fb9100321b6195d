// Which module an address is in, at one point of a recording.

#ifndef LOCKDEP_RECORD_MODULE_MAP_H_
#define LOCKDEP_RECORD_MODULE_MAP_H_

#include <cstdint>
#include <iterator>

#include "absl/container/btree_map.h"

namespace lockdep::record {

class ModuleMap {
 public:
  static constexpr int32_t kNone = -1;

  // A module takes the place of those that it overlaps.
  // REQUIRES: begin < end.
  void Add(uint64_t begin, uint64_t end, int32_t module) {
    auto at = ranges_.upper_bound(begin);
    if (at != ranges_.begin() && std::prev(at)->second.end > begin) --at;
    while (at != ranges_.end() && at->first < end) at = ranges_.erase(at);
    ranges_[begin] = {end, module};
  }

  // Returns kNone if no module covers the address.
  int32_t Find(uint64_t address) const {
    auto at = ranges_.upper_bound(address);
    if (at == ranges_.begin()) return kNone;
    --at;
    return address < at->second.end ? at->second.module : kNone;
  }

 private:
  struct Range {
    uint64_t end;
    int32_t module;
  };
  absl::btree_map<uint64_t, Range> ranges_;  // By begin; they do not overlap.
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_MODULE_MAP_H_
