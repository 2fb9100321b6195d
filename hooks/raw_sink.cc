#include "hooks/raw_sink.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace lockdep::hooks {
namespace {

constinit dev_t stderr_device = 0;
constinit ino_t stderr_inode = 0;

}  // namespace

void RememberStandardError() {
  struct stat status;
  const int saved_errno = errno;
  if (fstat(STDERR_FILENO, &status) == 0) {
    stderr_device = status.st_dev;
    stderr_inode = status.st_ino;
  }
  errno = saved_errno;
}

int StandardErrorForUs() {
  struct stat status;
  const int saved_errno = errno;
  const bool is_open = fstat(STDERR_FILENO, &status) == 0;
  errno = saved_errno;
  if (!is_open) return -1;
  const bool same = status.st_dev == stderr_device && status.st_ino == stderr_inode;
  return same || !S_ISREG(status.st_mode) ? STDERR_FILENO : -1;
}

// syscall(2) is neither a cancellation point nor interposed.
void SayTo(int fd, std::string_view text) {
  const int saved_errno = errno;
  while (!text.empty()) {
    const long written = syscall(SYS_write, fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    text.remove_prefix(static_cast<size_t>(written));
  }
  errno = saved_errno;
}

void Say(const Line& line) {
  const int fd = StandardErrorForUs();
  if (fd < 0) return;
  Text<2060> whole;
  whole << "lockdep: " << line.view() << "\n";
  SayTo(fd, whole.view());
}

}  // namespace lockdep::hooks
