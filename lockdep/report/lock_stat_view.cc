// Wait and hold times: the twin of /proc/lock_stat.

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/lock_times.h"
#include "lockdep/report/utf8.h"
#include "lockdep/report/views.h"

namespace lockdep::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kRow[] = "%40s %13s %13s %13s %14s %13s %13s %13s %13s %14s %13s\n";

std::string TimesText(const std::string& name, const LockTimes& wait, const LockTimes& hold) {
  if (hold.count == 0 && wait.count == 0) return "";
  return absl::StrFormat(kRow, name + ":", absl::StrCat(wait.count), Microseconds(wait.min),
                         Microseconds(wait.max), Microseconds(wait.total),
                         Microseconds(wait.average()), absl::StrCat(hold.count),
                         Microseconds(hold.min), Microseconds(hold.max), Microseconds(hold.total),
                         Microseconds(hold.average()));
}

std::string RowText(const LockTimesRow& row) {
  const std::string name = Inert(row.name);
  const bool has_reads = row.read_hold.count != 0 || row.read_wait.count != 0;
  std::string text = TimesText(name + (has_reads ? "-W" : ""), row.write_wait, row.write_hold) +
                     TimesText(name + "-R", row.read_wait, row.read_hold);
  for (const LockTimesRow::Place& place : row.contended_at) {
    absl::StrAppendFormat(&text, "%40s %13d waits %s\n", name, place.count,
                          Inert(Who(place.site) + " " + InPlace(place.site)));
  }
  return text;
}

Json ToJson(const LockTimes& times) {
  return {{"count", times.count},
          {"min", times.min},
          {"max", times.max},
          {"avg", times.average()},
          {"total", times.total}};
}

}  // namespace

std::string LockStatText(const Views& views) {
  if (views.lock_times.empty()) {
    return "nothing was timed; 'lockdep run --options lock_stat=1' does that\n";
  }
  std::string text =
      "times in microseconds\n" + absl::StrFormat(kRow, "class name", "contentions", "waittime-min",
                                                  "waittime-max", "waittime-total", "waittime-avg",
                                                  "acquisitions", "holdtime-min", "holdtime-max",
                                                  "holdtime-total", "holdtime-avg");
  for (const LockTimesRow& row : views.lock_times) absl::StrAppend(&text, "\n", RowText(row));
  return text;
}

std::string LockStatJson(const Views& views) {
  Json rows = Json::array();
  for (const LockTimesRow& row : views.lock_times) {
    Json places = Json::array();
    for (const LockTimesRow::Place& place : row.contended_at) {
      places.push_back({{"function", place.site.function},
                        {"file", place.site.file},
                        {"line", place.site.line},
                        {"module", place.site.module},
                        {"offset", place.site.offset},
                        {"count", place.count}});
    }
    rows.push_back({{"class", row.name},
                    {"read_wait", ToJson(row.read_wait)},
                    {"write_wait", ToJson(row.write_wait)},
                    {"read_hold", ToJson(row.read_hold)},
                    {"write_hold", ToJson(row.write_hold)},
                    {"contended_at", std::move(places)}});
  }
  return Json{{"unit", "ns"}, {"lock_stat", std::move(rows)}}.dump(2, ' ', /*ensure_ascii=*/true,
                                                                   Json::error_handler_t::replace) +
         "\n";
}

}  // namespace lockdep::report
