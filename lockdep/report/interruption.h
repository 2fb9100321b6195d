// The step of a context finding that no thread took by its own will.

#ifndef LOCKDEP_REPORT_INTERRUPTION_H_
#define LOCKDEP_REPORT_INTERRUPTION_H_

#include <optional>

#include "lockdep/report/report.h"

namespace lockdep::report {

// The interruption, as a step from the lock that is held to the one that the
// context takes; it closes the path of the finding's edges.  Nothing for kinds
// that are not about contexts.
std::optional<FindingEdge> Interruption(const Finding& finding);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_INTERRUPTION_H_
