// Words from inside a stranger's process: a line is put together on the stack
// and goes out in one write(2).  No stdio, no allocation, errno kept.
//
// Standard error is used only while it is what it was when the library
// started, or at least no regular file: a program that closes descriptor 2 and
// opens its data there does not get our words into it.
//
// Thread safety: Line is a local; RememberStandardError is called once, early.

#ifndef LOCKDEP_HOOKS_RAW_SINK_H_
#define LOCKDEP_HOOKS_RAW_SINK_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lockdep::hooks {

// Text that is cut off where the buffer ends; always terminated.
template <size_t kCapacity>
class Text {
 public:
  Text& operator<<(std::string_view text) {
    for (const char c : text) Put(c);
    return *this;
  }
  Text& operator<<(uint64_t number) {
    char digits[20];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (count > 0) Put(digits[--count]);
    return *this;
  }

  // As "0x3fa10".
  Text& PutHex(uint64_t number) {
    unsigned shift = 60;
    while (shift != 0 && number >> shift == 0) shift -= 4;
    Put('0');
    Put('x');
    for (;; shift -= 4) {
      Put("0123456789abcdef"[number >> shift & 15]);
      if (shift == 0) return *this;
    }
  }

  std::string_view view() const { return {buffer_, size_}; }
  const char* c_str() const { return buffer_; }
  bool truncated() const { return truncated_; }

 private:
  void Put(char c) {
    truncated_ = truncated_ || size_ + 1 >= kCapacity;
    if (truncated_) return;
    buffer_[size_++] = c;
    buffer_[size_] = '\0';
  }

  char buffer_[kCapacity] = {};
  size_t size_ = 0;
  bool truncated_ = false;
};

using PathText = Text<4096>;

using Line = Text<2048>;

void RememberStandardError();

// Where lines go: a descriptor, or -1 if standard error is not to be written to.
int StandardErrorForUs();

// Sends "lockdep: ", the line and a newline; nothing if there is no place for it.
void Say(const Line& line);
void SayTo(int fd, std::string_view text);

}  // namespace lockdep::hooks

#endif  // LOCKDEP_HOOKS_RAW_SINK_H_
