#include "lockdep/record/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace lockdep::record {
namespace {

constexpr int64_t kMostGib = 2;  // More than any recording or report has.

absl::Status LastError() {
  return absl::Status(absl::ErrnoToStatusCode(errno), std::generic_category().message(errno));
}

absl::Status CheckRegular(const struct stat& status, int64_t most_gib) {
  if (S_ISDIR(status.st_mode)) return absl::InvalidArgumentError("is a directory");
  if (!S_ISREG(status.st_mode)) return absl::InvalidArgumentError("not a regular file");
  if (status.st_size > most_gib << 30) {
    return absl::InvalidArgumentError(absl::StrCat("larger than ", most_gib, " GiB"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadOpenFile(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return LastError();
  const auto expected = static_cast<size_t>(status.st_size);
  std::string bytes;
  bytes.resize(expected);
  size_t used = 0;
  while (used < expected) {
    const ssize_t got = read(fd, bytes.data() + used, expected - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return LastError();
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  bytes.resize(used);
  return bytes;
}

absl::StatusOr<std::string> ReadRegularFile(const std::string& path) {
  const absl::StatusOr<int> fd = OpenRegularFile(path, kMostGib);
  if (!fd.ok()) return fd.status();
  absl::StatusOr<std::string> bytes = ReadOpenFile(*fd);
  close(*fd);
  return bytes;
}

}  // namespace

absl::StatusOr<int> OpenRegularFile(const std::string& path, int64_t most_gib) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return LastError();
  if (absl::Status fault = CheckRegular(status, most_gib); !fault.ok()) return fault;
  // Without waiting, should it have become a pipe meanwhile.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return LastError();
  absl::Status fault = fstat(fd, &status) == 0 ? CheckRegular(status, most_gib) : LastError();
  if (fault.ok()) return fd;
  close(fd);
  return fault;
}

absl::StatusOr<std::string> ReadFileBytes(const std::string& path) {
  absl::StatusOr<std::string> bytes = ReadRegularFile(path);
  if (bytes.ok()) return bytes;
  return absl::Status(bytes.status().code(), absl::StrCat(path, ": ", bytes.status().message()));
}

}  // namespace lockdep::record
