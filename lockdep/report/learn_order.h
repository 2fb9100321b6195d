// A declared order out of what was seen: dependencies as arcs, for a person to
// review and to keep under version control.
//
// Thread safety: a pure function.

#ifndef LOCKDEP_REPORT_LEARN_ORDER_H_
#define LOCKDEP_REPORT_LEARN_ORDER_H_

#include <string>

#include "absl/status/statusor.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

// An order file: one arc a line, sorted, with the function that showed it.  The
// same locks and functions give the same bytes.  In comments stands what is not
// proposed: arcs on a circle, of which a person must choose, and how many
// dependencies are between locks that have no name to declare.
absl::StatusOr<std::string> LearnOrder(const Report& report);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_LEARN_ORDER_H_
