// Recorded dependencies, told to an engine once more: with a declared order that
// the run did not have, or those of several runs together.
//
// The engine is the one that watched the runs, so the verdicts are its own; the
// places are those that the recording has for the same dependency.  Classes are
// the same if reports call them the same.
//
// Thread safety: pure functions.  Cost: that of the runs' own cold paths.

#ifndef LOCKDEP_REPORT_REPLAY_H_
#define LOCKDEP_REPORT_REPLAY_H_

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

// Adds the cycles that no single run of a merged recording shows: one test
// takes A then B, another one B then A.  What a run told itself is not told again:
// for each of its cycles the step that closed it is left out.
//
// Between a wait and what ends it in another run it is a note: a recording does not
// tell whether the wait would have been ended by somebody who holds nothing.
//
// Between locks that only their number tells from their like ("... #2") it is a
// note: that the second of one run is the second of another is a guess.
void FindAcrossRuns(const ClassNames& names, record::Recording* recording);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_REPLAY_H_
