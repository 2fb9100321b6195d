#include "lockdep/cli/recording_directory.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lockdep/cli/output_file.h"
#include "lockdep/record/packed.h"

namespace lockdep::cli {
namespace {

namespace fs = std::filesystem;

// What has a meaning of its own in the option `record` cannot stand in the path.
std::string TemporaryRoot() {
  const char* chosen = std::getenv("TMPDIR");
  const bool usable = chosen != nullptr && *chosen == '/' && std::strpbrk(chosen, "'%") == nullptr;
  return usable ? chosen : "/tmp";
}

int64_t PidOf(const fs::path& recording) {
  int64_t pid = 0;
  const std::string name = recording.filename().string();
  return absl::SimpleAtoi(name.substr(0, name.find('.')), &pid) ? pid : INT64_MAX;
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  if (!file.is_open() || file.bad()) {
    return absl::UnavailableError(absl::StrCat(path, ": cannot be read: ", std::strerror(errno)));
  }
  return contents.str();
}

absl::Status CopyRecording(const std::string& from, const std::string& to) {
  const absl::StatusOr<std::string> contents = ReadWhole(from);
  if (!contents.ok()) return contents.status();
  return WriteFile(to, record::PackRecording(*contents));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordingDirectory>> RecordingDirectory::Create() {
  std::string path = TemporaryRoot() + "/lockdep-run.XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return absl::UnavailableError(absl::StrCat("no directory for recordings can be made in ",
                                               TemporaryRoot(), ": ", std::strerror(errno),
                                               "; set TMPDIR to a directory that can be written"));
  }
  return std::unique_ptr<RecordingDirectory>(new RecordingDirectory(path));
}

RecordingDirectory::~RecordingDirectory() {
  std::error_code ignored;
  if (!keep_) fs::remove_all(path_, ignored);
}

std::string RecordingDirectory::Pattern() const { return path_ + "/%p.lockdep"; }

std::vector<std::string> RecordingDirectory::Recordings(pid_t first) const {
  std::vector<std::tuple<bool, int64_t, std::string>> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path_, error)) {
    const int64_t pid = PidOf(entry.path());
    found.emplace_back(pid != first, pid, entry.path().string());
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> recordings;
  for (const auto& [is_child, pid, path] : found) recordings.push_back(path);
  return recordings;
}

absl::Status CheckRecordTarget(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return CheckWritable(path);
  if (fs::is_empty(path, error)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": is a directory that is not empty; name another, or empty it first"));
}

absl::Status CopyRecordings(const std::vector<std::string>& recordings, const std::string& path) {
  std::error_code error;
  if (recordings.size() == 1 && !fs::is_directory(path, error)) {
    return CopyRecording(recordings.front(), path);
  }
  // The recording that an earlier run of one process left under this name.
  if (fs::is_regular_file(path, error)) fs::remove(path, error);
  fs::create_directory(path, error);
  if (error) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": cannot be made a directory: ", error.message()));
  }
  for (const std::string& recording : recordings) {
    const std::string to = absl::StrCat(path, "/", fs::path(recording).filename().string());
    const absl::Status copied = CopyRecording(recording, to);
    if (!copied.ok()) return copied;
  }
  return absl::OkStatus();
}

}  // namespace lockdep::cli
