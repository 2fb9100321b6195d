// Reads UTF-8 a character at a time, and shows what would act on a terminal as
// something that does not.

#ifndef LOCKDEP_REPORT_UTF8_H_
#define LOCKDEP_REPORT_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lockdep::report {

struct Character {
  uint32_t code = 0;
  size_t size = 1;  // In bytes; of an invalid one, what to skip.
  bool is_valid = false;
};

// The first character.  REQUIRES: `text` is not empty.
Character NextCharacter(std::string_view text);

// The text with every byte that is not UTF-8 replaced by U+FFFD.
std::string ValidUtf8(std::string_view text);

// One line without effects: control characters, escape sequences, marks that
// reverse the direction of text and bytes that are no UTF-8 come out as "\x1b",
// "\u{202e}" and the like.
std::string Inert(std::string_view text);

// The same for each line of a text; the ends of lines stay.
std::string InertLines(std::string_view text);

// At most `most` bytes of a text, with an ellipsis if that is not all of it.
// Never cuts a character.  REQUIRES: `most` is at least 3.
std::string CutTo(std::string_view text, size_t most);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_UTF8_H_
