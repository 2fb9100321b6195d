// Reads what RenderJson writes.

#ifndef LOCKDEP_REPORT_JSON_H_
#define LOCKDEP_REPORT_JSON_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

// ReadJson(name, RenderJson(r)) is r.  Keys that it does not know are ignored;
// a missing or wrong one is an error that names it: "FILE: findings[2].level: ...".
absl::StatusOr<Report> ReadJson(const std::string& name, std::string_view text);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_JSON_H_
