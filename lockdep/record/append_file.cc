#include "lockdep/record/append_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace lockdep::record {
namespace {

// syscall(2) is neither a cancellation point nor what anybody interposes.
int OpenFile(const char* path, int flags) {
  return static_cast<int>(
      syscall(SYS_openat, AT_FDCWD, path, flags | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
}

void CloseDescriptor(int fd) { syscall(SYS_close, fd); }

bool GetLimit(int resource, rlimit* limit) {
  return syscall(SYS_prlimit64, 0, resource, nullptr, limit) == 0;
}

// Low descriptors belong to the program: some count on getting 3 next.
int MoveUp(int fd) {
  rlimit limit;
  if (!GetLimit(RLIMIT_NOFILE, &limit)) return fd;
  const rlim_t top = limit.rlim_cur < FD_SETSIZE ? limit.rlim_cur : FD_SETSIZE;
  const auto moved = static_cast<int>(syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, top / 4 * 3));
  if (moved < 0) return fd;
  CloseDescriptor(fd);
  return moved;
}

// Writes an absolute form of `path`, so that it still names the file after chdir.
bool MakeAbsolute(const char* path, char* out, size_t capacity) {
  size_t used = 0;
  if (path[0] != '/') {
    const auto size = syscall(SYS_getcwd, out, capacity);
    if (size <= 0) return false;
    used = static_cast<size_t>(size) - 1;
    out[used++] = '/';
  }
  const size_t length = strlen(path);
  if (used + length >= capacity) return false;
  memcpy(out + used, path, length + 1);
  return true;
}

// Drops what was written from the front of `parts`.
std::span<iovec> Advance(std::span<iovec> parts, size_t written) {
  while (!parts.empty() && written >= parts[0].iov_len) {
    written -= parts[0].iov_len;
    parts = parts.subspan(1);
  }
  if (!parts.empty()) {
    parts[0].iov_base = static_cast<char*>(parts[0].iov_base) + written;
    parts[0].iov_len -= written;
  }
  return parts;
}

}  // namespace

int AppendFile::Create(const char* path) {
  if (!MakeAbsolute(path, path_, sizeof(path_))) return ENAMETOOLONG;
  int fd = OpenFile(path, O_CREAT | O_EXCL);
  if (fd < 0) return errno;
  struct stat status;
  if (fstat(fd, &status) != 0) {
    const int error = errno;
    CloseDescriptor(fd);
    return error;
  }
  device_ = status.st_dev;
  inode_ = status.st_ino;
  written_.store(0, std::memory_order_relaxed);
  fd_.store(MoveUp(fd), std::memory_order_relaxed);
  return 0;
}

void AppendFile::Close() {
  const int fd = fd_.exchange(-1, std::memory_order_relaxed);
  off_t size = 0;
  if (fd >= 0 && IsOurs(fd, &size)) CloseDescriptor(fd);
}

bool AppendFile::IsOurs(int fd, off_t* size) const {
  struct stat status;
  if (fstat(fd, &status) != 0) return false;
  *size = status.st_size;
  return status.st_dev == device_ && status.st_ino == inode_;
}

int AppendFile::Reopen() {
  const int fd = OpenFile(path_, O_NOFOLLOW);
  if (fd < 0) return errno;
  off_t size = 0;
  if (!IsOurs(fd, &size) || size != written_.load(std::memory_order_relaxed)) {
    CloseDescriptor(fd);
    return ESTALE;
  }
  fd_.store(MoveUp(fd), std::memory_order_relaxed);
  return 0;
}

int AppendFile::CheckSizeLimit(off_t size, size_t more) const {
  rlimit limit;
  if (!GetLimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY) return 0;
  return static_cast<rlim_t>(size) + more > limit.rlim_cur ? EFBIG : 0;
}

int AppendFile::Append(std::span<iovec> parts) {
  if (!is_open()) return EBADF;
  off_t size = 0;
  if (!IsOurs(fd_.load(std::memory_order_relaxed), &size)) {
    const int error = Reopen();
    if (error != 0) return error;
    if (!IsOurs(fd_.load(std::memory_order_relaxed), &size)) return ESTALE;
  }
  size_t total = 0;
  for (const iovec& part : parts) total += part.iov_len;
  if (const int error = CheckSizeLimit(size, total); error != 0) return error;

  for (parts = Advance(parts, 0); !parts.empty();) {
    const long written = syscall(SYS_writev, fd_.load(std::memory_order_relaxed), parts.data(),
                                 static_cast<int>(parts.size()));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return EIO;
    written_.fetch_add(written, std::memory_order_relaxed);
    parts = Advance(parts, static_cast<size_t>(written));
  }
  return 0;
}

}  // namespace lockdep::record
