// A file of our own inside somebody else's process: created new, only ever
// appended to, one system call a record.
//
// The program may close every descriptor, or put a file of its own in the place
// of ours: before each append the descriptor is checked to be still our file,
// and opened again if not.  A write that a resource limit would answer with
// SIGXFSZ is not tried.
//
// What does not fit is written in part, so that a reader sees that something is missing.
//
// Allocates nothing, is no cancellation point, changes errno.
// Thread safety: Append may be called by several threads at once; Create and
// Close by one, while nobody appends.

#ifndef LOCKDEP_RECORD_APPEND_FILE_H_
#define LOCKDEP_RECORD_APPEND_FILE_H_

#include <sys/types.h>
#include <sys/uio.h>

#include <atomic>
#include <climits>
#include <cstddef>
#include <span>

namespace lockdep::record {

class AppendFile {
 public:
  // Creates the file, 0600; it must not exist.  Returns 0 or an errno.
  int Create(const char* path);

  // Writes the parts in order.  Returns 0 or an errno; some of the bytes, and never
  // all, are in the file even so if there was room.  Uses up `parts`.
  int Append(std::span<iovec> parts);

  // After an Append that failed, and before Close: if there was no room for a part
  // either, tries once more to leave one.
  void MarkCut();

  void Close();

  // Relaxed: whoever appends after a Close finds a descriptor that is not ours.
  bool is_open() const { return fd_.load(std::memory_order_relaxed) >= 0; }

 private:
  bool IsOurs(int fd, off_t* size) const;
  int Reopen();
  int FindOurs(off_t* size);
  int Write(std::span<iovec> parts);

  std::atomic<int> fd_{-1};
  // Whether the last Append failed and the file does not show it.
  std::atomic<bool> owes_cut_{false};
  // What we wrote.  An inode number may be used again for another file; that it
  // has our size as well is not to be feared.
  std::atomic<off_t> written_{0};
  // Constant between Create and Close.
  dev_t device_ = 0;
  ino_t inode_ = 0;
  char path_[PATH_MAX] = {};
};

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_APPEND_FILE_H_
