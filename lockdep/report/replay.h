// Recorded dependencies, told to an engine once more: with a declared order that
// the run did not have.
//
// The engine is the one that watched the run, so the verdicts are its own; the
// places are those that the recording has for the same dependency.
//
// Thread safety: a pure function.  Cost: that of the run's own cold path.

#ifndef LOCKDEP_REPORT_REPLAY_H_
#define LOCKDEP_REPORT_REPLAY_H_

#include <vector>

#include "lockdep/declared_order.h"
#include "lockdep/record/recording.h"
#include "lockdep/report/class_namer.h"

namespace lockdep::report {

// Holds the recording against `order`: adds the arcs whose two classes both
// exist, and every violation of the order.  A cycle with a step that turns out to
// break the order is told as that and nothing else, as it would be had the order
// been known during the run.
//
// An arc names a class as reports show it, or without the place's line:
// "mutex initialised in Bank::Bank" stands for every lock of that place.
void EnforceOrder(DeclaredOrder order, const ClassNames& names, record::Recording* recording);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_REPLAY_H_
