// How long locks were waited for and held, by class: for reports and for the twin of
// /proc/lock_stat.
//
// Thread safety: pure functions but for the symbolizer.

#ifndef LOCKDEP_REPORT_LOCK_TIMES_H_
#define LOCKDEP_REPORT_LOCK_TIMES_H_

#include <string>
#include <vector>

#include "lockdep/record/recording.h"
#include "lockdep/report/class_namer.h"
#include "lockdep/report/report.h"
#include "lockdep/report/symbolizer.h"

namespace lockdep::report {

// Summed over the runs; sorted.
std::vector<LockTimesRow> MakeLockTimes(const record::Recording& recording, const ClassNames& names,
                                        Symbolizer& symbolizer);

// The most contended first, among those the longest held.
void SortLockTimes(std::vector<LockTimesRow>* rows);

// Nanoseconds as microseconds, "1234.57".
std::string Microseconds(uint64_t nanoseconds);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_LOCK_TIMES_H_
