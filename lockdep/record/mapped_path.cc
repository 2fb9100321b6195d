#include "lockdep/record/mapped_path.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace lockdep::record {
namespace {

// A line is: begin-end permissions offset device inode path.
class MapsReader {
 public:
  // Of this thread: the main thread may have ended, and the process then shows none.
  MapsReader()
      : fd_(static_cast<int>(
            syscall(SYS_openat, AT_FDCWD, "/proc/thread-self/maps", O_RDONLY | O_CLOEXEC))) {}
  MapsReader(const MapsReader&) = delete;
  MapsReader& operator=(const MapsReader&) = delete;
  ~MapsReader() {
    if (fd_ >= 0) syscall(SYS_close, fd_);
  }

  // 0 at the end.
  char Next() {
    if (at_ == size_ && !Fill()) return '\0';
    return buffer_[at_++];
  }

  // The hexadecimal number up to the next character that is no digit.
  uintptr_t NextNumber() {
    uintptr_t number = 0;
    for (;;) {
      const char c = Next();
      if (c >= '0' && c <= '9') {
        number = number * 16 + static_cast<uintptr_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        number = number * 16 + static_cast<uintptr_t>(c - 'a' + 10);
      } else {
        return number;
      }
    }
  }

  // Consumes the field and the blanks before it.
  void SkipField() {
    char c = Next();
    while (c == ' ') c = Next();
    while (c != ' ' && c != '\n' && c != '\0') c = Next();
  }

  void SkipLine() {
    for (char c = Next(); c != '\n' && c != '\0';) c = Next();
  }

  // The rest of the line, which blanks precede.
  bool CopyRest(std::span<char> rest) {
    char c = Next();
    while (c == ' ') c = Next();
    size_t size = 0;
    for (; c != '\n' && c != '\0'; c = Next()) {
      if (size + 1 >= rest.size()) return false;
      rest[size++] = c;
    }
    rest[size] = '\0';
    return true;
  }

  bool at_end() { return at_ == size_ && !Fill(); }

 private:
  bool Fill() {
    const long got = fd_ < 0 ? 0 : syscall(SYS_read, fd_, buffer_, sizeof(buffer_));
    at_ = 0;
    size_ = got > 0 ? static_cast<size_t>(got) : 0;
    return size_ != 0;
  }

  const int fd_;
  char buffer_[512];
  size_t at_ = 0;
  size_t size_ = 0;
};

}  // namespace

bool FindMappedPath(uintptr_t address, std::span<char> path) {
  constexpr int kFieldsBeforePath = 4;
  MapsReader maps;
  while (!maps.at_end()) {
    const uintptr_t begin = maps.NextNumber();
    const uintptr_t end = maps.NextNumber();
    if (address < begin || address >= end) {
      maps.SkipLine();
      continue;
    }
    for (int i = 0; i < kFieldsBeforePath; ++i) maps.SkipField();
    return maps.CopyRest(path) && path[0] == '/';
  }
  return false;
}

}  // namespace lockdep::record
