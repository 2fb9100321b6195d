// What a recording says of its classes and contexts, in words.

#ifndef LOCKDEP_REPORT_CLASS_ROWS_H_
#define LOCKDEP_REPORT_CLASS_ROWS_H_

#include <string>
#include <vector>

#include "lockdep/record/recording.h"
#include "lockdep/report/class_namer.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

// "write", "read" or "recursive-read".
const char* ModeName(ReadMode mode);

// "spin" and so on; empty for what is not checked.
std::string WaitName(WaitType wait);

// The contexts of the set that the recording has a name for.
std::vector<std::string> ContextNames(const record::Recording& recording, ContextSet contexts);

// In the order of the recording.
std::vector<ClassRow> MakeClassRows(const record::Recording& recording, const ClassNames& names);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_CLASS_ROWS_H_
