// What was taken without being declared: for those who keep a declared order as
// the complete list of what may nest.

#ifndef LOCKDEP_REPORT_UNDECLARED_H_
#define LOCKDEP_REPORT_UNDECLARED_H_

#include "lockdep/record/recording.h"
#include "lockdep/report/class_namer.h"

namespace lockdep::report {

// Adds an undeclared-dependency for each pair of classes that was taken in some
// order while no arc has them, in either direction: against an arc it is a
// violation already.  Locks that no order can name are left alone, and the
// recording says how many pairs that was.
// REQUIRES: EnforceOrder has added the arcs.
void AddUndeclared(const ClassNames& names, record::Recording* recording);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_UNDECLARED_H_
