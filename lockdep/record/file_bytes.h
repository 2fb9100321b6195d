// Reads a whole regular file into memory.  Refuses devices, pipes, directories
// and what is larger than any recording or report.

#ifndef LOCKDEP_RECORD_FILE_BYTES_H_
#define LOCKDEP_RECORD_FILE_BYTES_H_

#include <string>

#include "absl/status/statusor.h"

namespace lockdep::record {

// Fails with "FILE: reason".  A file that grows meanwhile is read up to the
// size that it had.
absl::StatusOr<std::string> ReadFileBytes(const std::string& path);

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_FILE_BYTES_H_
