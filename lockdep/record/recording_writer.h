// A Recording back into bytes: what a merger made, as a file that every reader of
// recordings reads.

#ifndef LOCKDEP_RECORD_RECORDING_WRITER_H_
#define LOCKDEP_RECORD_RECORDING_WRITER_H_

#include <string>

#include "lockdep/record/recording.h"

namespace lockdep::record {

// ParseRecording of the result is the recording again, but for its path and
// warnings.  REQUIRES: it is a merged one (`runs` is not empty), and its
// dependencies and violations stand in the order of their runs.
std::string EncodeMerged(const Recording& recording);

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_RECORDING_WRITER_H_
