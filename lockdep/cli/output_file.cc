#include "lockdep/cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lockdep/cli/log.h"
#include "lockdep/report/render.h"

namespace lockdep::cli {
namespace {

namespace fs = std::filesystem;

absl::Status CannotWrite(const std::string& path, int error) {
  return absl::PermissionDeniedError(absl::StrCat(
      path, ": cannot be written: ", std::strerror(error), "; name a file that can be"));
}

int WriteAll(int fd, absl::string_view contents) {
  while (!contents.empty()) {
    const ssize_t written = write(fd, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    contents.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

absl::Status WriteInPlace(const std::string& path, absl::string_view contents) {
  // Appending: what `>>` has collected in /dev/stdout stays.
  const int fd = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0) return CannotWrite(path, errno);
  const int error = WriteAll(fd, contents);
  close(fd);
  return error == 0 ? absl::OkStatus() : CannotWrite(path, error);
}

// What a new file would get; the umask can only be read by setting it.
mode_t NewFileMode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

// A symbolic link stays one: what it points to is replaced.
std::string Target(const std::string& path) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target.string();
}

}  // namespace

absl::StatusOr<const report::Format*> ReportFormatOf(const std::string& path) {
  return report::FormatOf(path);
}

std::string Render(const report::Report& report, const report::Format* format) {
  return format->render(report, {.source_root = SourceRoot()});
}

std::string SourceRoot() {
  for (const char* name : {"GITHUB_WORKSPACE", "CI_PROJECT_DIR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && value[0] == '/') return value;
  }
  std::error_code error;
  return fs::current_path(error).string();
}

absl::Status CheckWritable(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return CannotWrite(path, EISDIR);
    if (access(path.c_str(), W_OK) != 0) return CannotWrite(path, errno);
    if (!S_ISREG(status.st_mode)) return absl::OkStatus();
  }
  fs::path directory = fs::path(Target(path)).parent_path();
  if (directory.empty()) directory = ".";
  if (access(directory.c_str(), W_OK | X_OK) != 0) return CannotWrite(path, errno);
  return absl::OkStatus();
}

absl::Status WriteFile(const std::string& path, absl::string_view contents) {
  struct stat status;
  const bool exists = stat(path.c_str(), &status) == 0;
  const bool is_regular = exists && S_ISREG(status.st_mode) && !absl::StartsWith(path, "/dev/");
  if (exists && !is_regular) return WriteInPlace(path, contents);

  const std::string target = Target(path);
  std::string temporary = target + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return CannotWrite(path, errno);
  absl::Cleanup remove_temporary = [&] { unlink(temporary.c_str()); };
  int error = fchmod(fd, exists ? status.st_mode & 07777 : NewFileMode()) == 0 ? 0 : errno;
  if (error == 0) error = WriteAll(fd, contents);
  if (close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error != 0) return CannotWrite(path, error);
  std::move(remove_temporary).Cancel();
  SayStep(absl::StrCat("wrote ", path, ", ", contents.size(), " bytes"));
  return absl::OkStatus();
}

}  // namespace lockdep::cli
