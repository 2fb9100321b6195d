// One line of an order file as tokens.
//
// A token is a run of characters without blanks, or a string in double quotes
// with C escapes.  `#` at the start of a token begins a comment, so that
// `&xa->xa_lock#2` is a name and `A -> B # why` has a comment.
//
// Thread safety: pure functions.  Cost: linear in the line.

#ifndef LOCKDEP_ORDER_ORDER_LINE_H_
#define LOCKDEP_ORDER_ORDER_LINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lockdep::order {

struct Token {
  std::string text;  // Without quotes and escapes.
  bool is_quoted = false;

  // Whether this is the unquoted word `word`.
  bool Is(absl::string_view word) const { return !is_quoted && text == word; }
};

struct Line {
  std::vector<Token> tokens;
  std::string comment;  // What follows `#`, without blanks around it.
};

// Errors say what is wrong with the line, without its place.
absl::StatusOr<Line> SplitLine(absl::string_view text);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_ORDER_LINE_H_
