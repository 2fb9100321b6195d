// What a person names as input: files, and directories of them.

#ifndef LOCKDEP_RECORD_INPUT_FILES_H_
#define LOCKDEP_RECORD_INPUT_FILES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace lockdep::record {

struct InputFile {
  std::string path;
  // Of a directory, what else lies in it is no error.
  bool from_directory = false;
};

// The files of a directory come in the order of their names, without hidden ones
// and without going into directories in it.  Fails with "DIRECTORY: reason".
absl::StatusOr<std::vector<InputFile>> ListInputFiles(const std::vector<std::string>& inputs);

// Whether a file that cannot be read was, or was to become, a recording.
bool WasRecording(const std::string& path, std::string_view bytes);

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_INPUT_FILES_H_
