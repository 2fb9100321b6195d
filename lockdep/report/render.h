// Renderings of a report.  Each is a pure function: same report, same bytes.
// Names from the program are hostile input: every rendering keeps them inert.

#ifndef LOCKDEP_REPORT_RENDER_H_
#define LOCKDEP_REPORT_RENDER_H_

#include <string>

#include "lockdep/report/report.h"

namespace lockdep::report {

struct TextOptions {
  bool color = false;
  bool stacks = true;  // Off: sites only.
};

// For a terminal or a log; read at two in the morning.
std::string RenderText(const Report& report, const TextOptions& options);

// "schema":"lockdep-report","version":1; see docs/report.schema.json.
std::string RenderJson(const Report& report);

// One self-contained page.
std::string RenderHtml(const Report& report);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_RENDER_H_
