#include "lockdep/order/order_line.h"

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace lockdep::order {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

absl::Status RefuseControlCharacters(absl::string_view text) {
  for (const char c : text) {
    if (c == '\t' || !absl::ascii_iscntrl(static_cast<unsigned char>(c))) continue;
    return absl::InvalidArgumentError(absl::StrFormat(
        "control character 0x%02x; expected text, or \"\\x%02x\" in a quoted name", c, c));
  }
  return absl::OkStatus();
}

// The position behind the closing quote of the string that begins `text`.
std::optional<size_t> EndOfString(absl::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::nullopt;
}

absl::StatusOr<Token> Unquote(absl::string_view quoted) {
  Token token{.is_quoted = true};
  std::string error;
  if (!absl::CUnescape(absl::string_view(quoted.data() + 1, quoted.size() - 2), &token.text,
                       &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("bad escape in a quoted string (", error, "); expected C escapes"));
  }
  return token;
}

// Takes the first token off `text`.
absl::StatusOr<Token> TakeToken(absl::string_view* text) {
  if (text->front() != '"') {
    size_t end = 0;
    while (end < text->size() && !IsBlank((*text)[end]) && (*text)[end] != '"') ++end;
    if (end < text->size() && (*text)[end] == '"') {
      return absl::InvalidArgumentError("a quote inside a name; expected the whole name in quotes");
    }
    Token token{.text = std::string(text->substr(0, end))};
    text->remove_prefix(end);
    return token;
  }
  const std::optional<size_t> end = EndOfString(*text);
  if (!end.has_value()) return absl::InvalidArgumentError("no closing quote; expected '\"'");
  if (*end < text->size() && !IsBlank((*text)[*end])) {
    return absl::InvalidArgumentError("text right behind a closing quote; expected a blank");
  }
  absl::StatusOr<Token> token = Unquote(text->substr(0, *end));
  text->remove_prefix(*end);
  return token;
}

void SkipBlanks(absl::string_view* text) {
  while (!text->empty() && IsBlank(text->front())) text->remove_prefix(1);
}

std::string CommentText(absl::string_view text) {
  while (!text.empty() && (text.front() == '#' || IsBlank(text.front()))) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

absl::StatusOr<Line> SplitLine(absl::string_view text) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  if (absl::Status status = RefuseControlCharacters(text); !status.ok()) return status;
  Line line;
  for (SkipBlanks(&text); !text.empty(); SkipBlanks(&text)) {
    if (text.front() == '#') {
      line.comment = CommentText(text);
      break;
    }
    absl::StatusOr<Token> token = TakeToken(&text);
    if (!token.ok()) return token.status();
    line.tokens.push_back(*std::move(token));
  }
  return line;
}

}  // namespace lockdep::order
