#include "lockdep/report/lock_times.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_format.h"
#include "lockdep/report/frames.h"

namespace lockdep::report {

void LockTimesRow::Add(const LockTimesRow& other) {
  read_wait.Add(other.read_wait);
  write_wait.Add(other.write_wait);
  read_hold.Add(other.read_hold);
  write_hold.Add(other.write_hold);
  for (const Place& added : other.contended_at) {
    const auto known = std::find_if(contended_at.begin(), contended_at.end(),
                                    [&](const Place& place) { return place.site == added.site; });
    if (known != contended_at.end()) {
      known->count += added.count;
    } else {
      contended_at.push_back(added);
    }
  }
  std::stable_sort(contended_at.begin(), contended_at.end(),
                   [](const Place& a, const Place& b) { return a.count > b.count; });
}

void SortLockTimes(std::vector<LockTimesRow>* rows) {
  const auto heat = [](const LockTimesRow& row) {
    return std::tuple(row.contentions(), row.read_hold.total + row.write_hold.total);
  };
  std::stable_sort(rows->begin(), rows->end(),
                   [&](const LockTimesRow& a, const LockTimesRow& b) { return heat(a) > heat(b); });
}

std::vector<LockTimesRow> MakeLockTimes(const record::Recording& recording, const ClassNames& names,
                                        Symbolizer& symbolizer) {
  std::vector<LockTimesRow> rows;
  absl::flat_hash_map<std::string, size_t> places;
  for (const record::LockStatEntry& entry : recording.lock_stats) {
    LockTimesRow row{.name = names.at(entry.class_id).shown,
                     .read_wait = entry.read_wait,
                     .write_wait = entry.write_wait,
                     .read_hold = entry.read_hold,
                     .write_hold = entry.write_hold,
                     .contended_at = {}};
    for (const record::LockStatEntry::Point& point : entry.contended_at) {
      row.contended_at.push_back({SiteOf(symbolizer.Call(recording, point.pc)), point.count});
    }
    const auto [at, is_new] = places.try_emplace(row.name, rows.size());
    if (is_new) rows.push_back({.name = row.name});
    rows[at->second].Add(row);
  }
  SortLockTimes(&rows);
  return rows;
}

std::string Microseconds(uint64_t nanoseconds) {
  return absl::StrFormat("%d.%02d", nanoseconds / 1000, nanoseconds % 1000 / 10);
}

}  // namespace lockdep::report
