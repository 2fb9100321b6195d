// The tables of the HTML page below the findings.
//
// A page with a hundred thousand rows would not open: of each table the first
// kMaxRows are shown, and the page says that it is so.

#ifndef LOCKDEP_REPORT_HTML_TABLES_H_
#define LOCKDEP_REPORT_HTML_TABLES_H_

#include <string>

#include "lockdep/report/hot_edges.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

inline constexpr size_t kMaxRows = 5000;

// Those of findings come first.
std::string DependencyTable(const Report& report, const HotEdges& hot);
std::string ClassTable(const Report& report);
// The most contended first; empty if nothing was timed.
std::string LockTimesTable(const Report& report);
std::string DeclaredOrderTable(const Report& report);
std::string RunTable(const Report& report);
// A section for each attached table.
std::string AttachedTables(const Report& report);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_HTML_TABLES_H_
