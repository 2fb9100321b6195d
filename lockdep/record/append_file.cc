#include "lockdep/record/append_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

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

size_t SizeOf(std::span<const iovec> parts) {
  size_t size = 0;
  for (const iovec& part : parts) size += part.iov_len;
  return size;
}

// Drops what is beyond `most` bytes.
std::span<iovec> CutTo(std::span<iovec> parts, size_t most) {
  for (iovec& part : parts) {
    if (part.iov_len > most) part.iov_len = most;
    most -= part.iov_len;
  }
  return parts;
}

// How much may be written to a file of `size` bytes before a limit is met.
size_t RoomBehind(off_t size) {
  rlimit limit;
  if (!GetLimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  const auto used = static_cast<rlim_t>(size);
  return used < limit.rlim_cur ? limit.rlim_cur - used : 0;
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
  owes_cut_.store(false, std::memory_order_relaxed);
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

// Finds the file behind the descriptor, or opens it again.  Returns 0 or an errno.
int AppendFile::FindOurs(off_t* size) {
  if (!is_open()) return EBADF;
  if (IsOurs(fd_.load(std::memory_order_relaxed), size)) return 0;
  const int error = Reopen();
  if (error != 0) return error;
  return IsOurs(fd_.load(std::memory_order_relaxed), size) ? 0 : ESTALE;
}

int AppendFile::Write(std::span<iovec> parts) {
  for (parts = Advance(parts, 0); !parts.empty();) {
    const long written = syscall(SYS_writev, fd_.load(std::memory_order_relaxed), parts.data(),
                                 static_cast<int>(parts.size()));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return EIO;
    written_.fetch_add(written, std::memory_order_relaxed);
    owes_cut_.store(false, std::memory_order_relaxed);
    parts = Advance(parts, static_cast<size_t>(written));
  }
  return 0;
}

int AppendFile::Append(std::span<iovec> parts) {
  owes_cut_.store(true, std::memory_order_relaxed);
  off_t size = 0;
  if (const int error = FindOurs(&size); error != 0) return error;
  const size_t total = SizeOf(parts);
  const size_t room = RoomBehind(size);
  // The last byte is left to the part of a record that does not fit.
  if (total < room) return Write(parts);
  const int error = Write(CutTo(parts, std::min(room, total - 1)));
  return error != 0 ? error : EFBIG;
}

void AppendFile::MarkCut() {
  if (!owes_cut_.load(std::memory_order_relaxed)) return;
  off_t size = 0;
  if (FindOurs(&size) != 0 || RoomBehind(size) == 0) return;
  char zero = 0;
  iovec part = {&zero, sizeof(zero)};
  Write({&part, 1});
}

}  // namespace lockdep::record
