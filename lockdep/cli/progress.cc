#include "lockdep/cli/progress.h"

#include "absl/strings/str_cat.h"

namespace lockdep::cli {
namespace {

constexpr size_t kWidth = 78;
constexpr auto kEvery = std::chrono::milliseconds(500);

}  // namespace

Progress::Progress(int fd) : fd_(fd), shows_(isatty(fd) == 1) {}

bool Progress::Due() const { return shows_ && Clock::now() - last_ >= kEvery; }

// What cannot be shown is not missed.
void Progress::Write(const std::string& text) const {
  [[maybe_unused]] const ssize_t written = write(fd_, text.data(), text.size());
}

void Progress::Show(std::string_view text) {
  if (!shows_) return;
  std::string line(text.substr(0, kWidth));
  const size_t length = line.size();
  if (length < shown_) line.resize(shown_, ' ');
  Write(absl::StrCat("\r", line));
  shown_ = length;
  last_ = Clock::now();
}

void Progress::Count(size_t done, size_t total, std::string_view what) {
  if (Due()) Show(absl::StrCat("lockdep: ", done, " of ", total, " ", std::string(what)));
}

void Progress::Clear() {
  if (shown_ != 0) Write(absl::StrCat("\r", std::string(shown_, ' '), "\r"));
  shown_ = 0;
}

}  // namespace lockdep::cli
