// One finding of the HTML page, told as a story: who does what when, where the
// code is, why it is graded so, what to do.

#ifndef LOCKDEP_REPORT_HTML_FINDING_H_
#define LOCKDEP_REPORT_HTML_FINDING_H_

#include <string>

#include "lockdep/report/report.h"
#include "lockdep/report/source_excerpt.h"

namespace lockdep::report {

std::string FindingHtml(const Finding& finding, SourceExcerpts* source);

// "confirmed", "feasible" or "note": the style of a level.  A level that this
// version does not know looks like the worst.
std::string LevelStyle(const std::string& level);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_HTML_FINDING_H_
