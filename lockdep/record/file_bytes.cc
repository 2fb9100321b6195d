#include "lockdep/record/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace lockdep::record {
namespace {

constexpr off_t kMaxSize = off_t{2} << 30;

absl::Status SystemError(const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be read"));
}

absl::StatusOr<std::string> ReadAll(int fd, const std::string& path, size_t expected) {
  std::string bytes;
  bytes.resize(expected);
  size_t used = 0;
  // A file that still grows is read up to the size that it had.
  while (used < expected) {
    const ssize_t got = read(fd, bytes.data() + used, expected - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(path);
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  bytes.resize(used);
  return bytes;
}

absl::StatusOr<std::string> ReadOpenFile(int fd, const std::string& path) {
  struct stat status;
  if (fstat(fd, &status) != 0) return SystemError(path);
  if (S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is a directory"));
  }
  if (!S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": not a regular file"));
  }
  if (status.st_size > kMaxSize) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": larger than 2 GiB"));
  }
  return ReadAll(fd, path, static_cast<size_t>(status.st_size));
}

}  // namespace

absl::StatusOr<std::string> ReadFileBytes(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return SystemError(path);
  absl::StatusOr<std::string> bytes = ReadOpenFile(fd, path);
  close(fd);
  return bytes;
}

}  // namespace lockdep::record
