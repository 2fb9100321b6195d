#include "lockdep/report/word_line.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

bool IsHex(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }

bool IsBareCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > ' ' && byte != 0x7f && c != '"' && c != '\\' && c != '=' && c != '#';
}

// Splits a line into words.
class LineScanner {
 public:
  explicit LineScanner(absl::string_view line) : rest_(line) {}

  // Whether another word follows; skips the blanks before it.
  bool HasWord() {
    rest_ = absl::StripLeadingAsciiWhitespace(rest_);
    return !rest_.empty() && rest_.front() != '#';
  }

  absl::StatusOr<Word> NextWord() {
    Word word;
    if (rest_.front() != '"') {
      word.text = TakeBare();
      if (rest_.empty() || absl::ascii_isspace(static_cast<unsigned char>(rest_.front()))) {
        return word;
      }
      if (rest_.front() != '=' || word.text.empty()) return Stray();
      rest_.remove_prefix(1);
      word.key = std::move(word.text);
      word.text.clear();
    }
    if (absl::StartsWith(rest_, "\"")) {
      absl::Status status = TakeQuoted(word.text);
      if (!status.ok()) return status;
    } else {
      word.text = TakeBare();
    }
    if (!rest_.empty() && !absl::ascii_isspace(static_cast<unsigned char>(rest_.front()))) {
      return Stray();
    }
    return word;
  }

  // What is left once HasWord said no: a remark, or nothing.
  absl::string_view remark() const { return rest_; }

 private:
  absl::Status Stray() const {
    return absl::InvalidArgumentError(absl::StrCat("stray '",
                                                   Inert(std::string(rest_.substr(0, 1))),
                                                   "' in a word; put the word in double quotes"));
  }

  std::string TakeBare() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), IsBareCharacter);
    std::string word(rest_.begin(), end);
    rest_.remove_prefix(word.size());
    return word;
  }

  absl::Status TakeQuoted(std::string& text) {
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '"') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '\\') {
        text += c;
      } else if (!TakeEscape(text)) {
        return absl::InvalidArgumentError(
            "unknown escape in quotes; write \\\", \\\\, \\n, \\t or \\xNN");
      }
    }
    if (rest_.empty()) return absl::InvalidArgumentError("quote without end; add the closing \"");
    rest_.remove_prefix(1);
    return absl::OkStatus();
  }

  bool TakeEscape(std::string& text) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"' || c == '\\') {
      text += c;
    } else if (c == 'n') {
      text += '\n';
    } else if (c == 't') {
      text += '\t';
    } else if (c == 'x' && rest_.size() >= 2 && IsHex(rest_[0]) && IsHex(rest_[1])) {
      text += static_cast<char>(std::strtol(std::string(rest_.substr(0, 2)).c_str(), nullptr, 16));
      rest_.remove_prefix(2);
    } else {
      return false;
    }
    return true;
  }

  absl::string_view rest_;
};

}  // namespace

absl::StatusOr<WordLine> ParseWordLine(absl::string_view line) {
  WordLine parsed;
  LineScanner scanner(line);
  while (scanner.HasWord()) {
    absl::StatusOr<Word> word = scanner.NextWord();
    if (!word.ok()) return word.status();
    parsed.words.push_back(*std::move(word));
  }
  parsed.remark = std::string(scanner.remark());
  return parsed;
}

std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (byte < ' ' || byte == 0x7f) {
      quoted += "\\x";
      quoted += kHexDigits[byte >> 4];
      quoted += kHexDigits[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string Spelled(absl::string_view text) {
  const bool bare = !text.empty() && std::all_of(text.begin(), text.end(), IsBareCharacter);
  return bare ? std::string(text) : Quoted(text);
}

bool IsDate(absl::string_view word) {
  int year = 0, month = 0, day = 0;
  return word.size() == 10 && word[4] == '-' && word[7] == '-' &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return c == '-' || (c >= '0' && c <= '9'); }) &&
         absl::SimpleAtoi(word.substr(0, 4), &year) &&
         absl::SimpleAtoi(word.substr(5, 2), &month) && absl::SimpleAtoi(word.substr(8, 2), &day) &&
         std::chrono::year_month_day(std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
             .ok();
}

absl::Status InvalidWord(absl::string_view what, absl::string_view word, absl::string_view advice) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " '", Inert(std::string(word)), "'; ", advice));
}

std::vector<std::string> LinesOf(absl::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    absl::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    lines.emplace_back(absl::StripTrailingAsciiWhitespace(line));
  }
  return lines;
}

bool IsMergeMarker(absl::string_view line) {
  return absl::StartsWith(line, "<<<<<<<") || absl::StartsWith(line, "=======") ||
         absl::StartsWith(line, ">>>>>>>") || absl::StartsWith(line, "|||||||");
}

}  // namespace lockdep::report
