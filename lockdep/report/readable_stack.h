// What of a stack is worth reading: not how a library takes a lock, and not how
// it starts a thread.

#ifndef LOCKDEP_REPORT_READABLE_STACK_H_
#define LOCKDEP_REPORT_READABLE_STACK_H_

#include "lockdep/report/report.h"

namespace lockdep::report {

// At least one frame stays of a stack that has any.
Stack Readable(const Stack& stack);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_READABLE_STACK_H_
