// Opens and reads regular files of a bounded size, and nothing else.
//
// Names of files come from strangers (a recording names modules) and directories may hold
// anything.  To open a device or a pipe can have an effect or wait for ever, so
// what a name stands for is asked first.

#ifndef LOCKDEP_RECORD_FILE_BYTES_H_
#define LOCKDEP_RECORD_FILE_BYTES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace lockdep::record {

// A descriptor for reading, which the caller closes.  Fails with the reason alone
// when there is no such file, it is no regular one, or it is larger than `most_gib`.
absl::StatusOr<int> OpenRegularFile(const std::string& path, int64_t most_gib);

// The whole of a file that may be a recording or a report.  Fails with "FILE:
// reason".  A file that grows meanwhile is read up to the size that it had.
absl::StatusOr<std::string> ReadFileBytes(const std::string& path);

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_FILE_BYTES_H_
