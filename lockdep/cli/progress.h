// How far long work is: one line of a terminal, written over twice a second and
// gone at the end.  Where stderr is no terminal, nothing.
//
// Thread safety: used by one thread at a time.

#ifndef LOCKDEP_CLI_PROGRESS_H_
#define LOCKDEP_CLI_PROGRESS_H_

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace lockdep::cli {

class Progress {
 public:
  explicit Progress(int fd = STDERR_FILENO);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Whether a line should be shown now.  Work that is over sooner shows none.
  bool Due() const;
  // Replaces the line.  What does not fit into a narrow terminal is cut off.
  void Show(std::string_view text);
  // "12 of 800 recordings", if that is due.
  void Count(size_t done, size_t total, std::string_view what);
  // Before anything else is written to the terminal.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  void Write(const std::string& text) const;

  const int fd_;
  const bool shows_;
  size_t shown_ = 0;  // Columns of the line that is there.
  Clock::time_point last_ = Clock::now();
};

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_PROGRESS_H_
