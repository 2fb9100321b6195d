// The private directory into which the processes of one run write their
// recordings, one file each.
//
// Invariant: it is removed with all it holds when the object goes, unless Keep
// was called.

#ifndef LOCKDEP_CLI_RECORDING_DIRECTORY_H_
#define LOCKDEP_CLI_RECORDING_DIRECTORY_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace lockdep::cli {

class RecordingDirectory {
 public:
  // In $TMPDIR, else in /tmp.
  static absl::StatusOr<std::unique_ptr<RecordingDirectory>> Create();

  RecordingDirectory(const RecordingDirectory&) = delete;
  RecordingDirectory& operator=(const RecordingDirectory&) = delete;
  ~RecordingDirectory();

  // For the hooks' option `record`: %p becomes the process id there.
  std::string Pattern() const;

  // The files that are there now, `first`'s own before those of its children.
  std::vector<std::string> Recordings(pid_t first) const;

  // Leaves the directory in place when the object goes.
  void Keep() { keep_ = true; }
  const std::string& path() const { return path_; }

 private:
  explicit RecordingDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
  bool keep_ = false;
};

// Whether CopyRecordings to `path` would lose nothing that is there.
absl::Status CheckRecordTarget(const std::string& path);

// Copies one recording, packed, to the file `path`; several, or one if `path` is a
// directory, into the directory `path`, which is made if it is not there.
absl::Status CopyRecordings(const std::vector<std::string>& recordings, const std::string& path);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_RECORDING_DIRECTORY_H_
