#include "lockdep/order/kernel_comment.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "lockdep/order/kernel_names.h"
#include "lockdep/order/read_file.h"

namespace lockdep::order {
namespace {

constexpr int kTabStop = 8;
constexpr absl::string_view kTitle = "Lock ordering";
constexpr absl::string_view kOrderFiles[] = {"mm/rmap.c", "mm/filemap.c"};

// A line of the comment without what makes it one.
struct CommentLine {
  int column = 0;  // Of the first character of `text`, tabs expanded.
  std::string text;
};

// Strips the leading blanks, `/*`, `*` and trailing blanks.
CommentLine StripComment(absl::string_view line) {
  CommentLine result;
  size_t i = 0;
  for (; i < line.size(); ++i) {
    if (line[i] == '\t') {
      result.column += kTabStop - result.column % kTabStop;
    } else if (line[i] == ' ' || line[i] == '*' ||
               (line[i] == '/' && i + 1 < line.size() && line[i + 1] == '*')) {
      ++result.column;
    } else {
      break;
    }
  }
  result.text.assign(line.data() + i, line.size() - i);
  // Whatever else stands there, what is printed of it later stays on one line.
  for (char& c : result.text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  absl::StripAsciiWhitespace(&result.text);
  return result;
}

bool IsHeading(absl::string_view text) { return absl::EndsWith(text, ":"); }

bool IsTitle(const CommentLine& line) {
  return absl::StartsWith(line.text, kTitle) && IsHeading(line.text);
}

// Parentheses that `text` opens and does not close.
int OpenParentheses(absl::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '(') -
                          std::count(text.begin(), text.end(), ')'));
}

std::vector<std::string> SplitNames(absl::string_view text, KernelPart part) {
  const std::string list = absl::StrReplaceAll(text, {{" or ", ","}});
  std::vector<std::string> names;
  for (absl::string_view name : absl::StrSplit(list, ',')) {
    name = absl::StripAsciiWhitespace(name);
    absl::ConsumePrefix(&name, "->");
    name = absl::StripAsciiWhitespace(name);
    if (!name.empty()) names.push_back(CanonicalKernelName(name, part));
  }
  return names;
}

// The text in parentheses, without them and with single blanks.
std::string WhyOf(absl::string_view text) {
  std::string why(absl::StripAsciiWhitespace(text));
  absl::RemoveExtraAsciiWhitespace(&why);
  if (why.size() >= 2 && why.front() == '(' && why.back() == ')') {
    why = why.substr(1, why.size() - 2);
  }
  return why;
}

// The comment between its title and its end.
class Parser {
 public:
  Parser(absl::string_view path, absl::string_view source) : source_(source) {
    file_.path = std::string(path);
  }

  // Takes the next line of the comment.
  absl::Status Add(int line_number, CommentLine line);

  // The comment ends at `line_number`.
  absl::StatusOr<OrderFile> Finish(int line_number) &&;

 private:
  // Locks at one place of a tree, and how far in they stand.
  struct Level {
    int column;
    std::vector<std::string> names;
  };

  absl::Status Error(int line_number, absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(file_.path, ":", line_number, ": ", what));
  }
  absl::Status FinishEntry();
  absl::Status AddArcs(const Level& outer, const Level& inner, const std::string& why);
  void EndTree();

  std::string source_;
  OrderFile file_;
  KernelPart part_ = KernelPart::kAnywhere;
  std::vector<Level> stack_;  // From the outermost lock to the last one read.
  bool in_section_ = false;
  // The entry that may go on in the next line; 0 if there is none.
  int entry_line_ = 0;
  CommentLine entry_;
};

absl::Status Parser::Add(int line_number, CommentLine line) {
  if (entry_line_ != 0 && OpenParentheses(entry_.text) > 0) {
    absl::StrAppend(&entry_.text, " ", line.text);
    return absl::OkStatus();
  }
  if (absl::Status status = FinishEntry(); !status.ok()) return status;
  if (line.text.empty()) {
    EndTree();
  } else if (IsHeading(line.text)) {
    EndTree();
    if (absl::StartsWithIgnoreCase(line.text, "hugetlb")) part_ = KernelPart::kHugetlb;
  } else {
    entry_line_ = line_number;
    entry_ = std::move(line);
  }
  return absl::OkStatus();
}

void Parser::EndTree() {
  stack_.clear();
  in_section_ = false;
  part_ = KernelPart::kAnywhere;
}

absl::Status Parser::FinishEntry() {
  if (entry_line_ == 0) return absl::OkStatus();
  const size_t parenthesis = std::min(entry_.text.find('('), entry_.text.size());
  Level level{entry_.column, SplitNames(entry_.text.substr(0, parenthesis), part_)};
  const std::string why = WhyOf(entry_.text.substr(parenthesis));
  if (level.names.empty()) {
    return Error(entry_line_, "no lock in this line; expected 'LOCK (why)'");
  }
  for (const std::string& name : level.names) {
    if (name.size() > kMaxNameLength) {
      return Error(entry_line_, absl::StrCat("a name of ", name.size(), " bytes; expected at most ",
                                             kMaxNameLength));
    }
  }
  while (!stack_.empty() && stack_.back().column >= level.column) stack_.pop_back();
  if (!stack_.empty()) {
    if (absl::Status status = AddArcs(stack_.back(), level, why); !status.ok()) return status;
  }
  stack_.push_back(std::move(level));
  entry_line_ = 0;
  return absl::OkStatus();
}

absl::Status Parser::AddArcs(const Level& outer, const Level& inner, const std::string& why) {
  if (!in_section_) file_.sections.push_back({.source = source_, .arcs = {}});
  in_section_ = true;
  for (const std::string& from : outer.names) {
    for (const std::string& to : inner.names) {
      if (from == to)
        return Error(entry_line_,
                     absl::StrCat("'", to, "' stands inside itself; expected two locks"));
      Arc arc{.from = from, .to = to, .why = why};
      arc.line = arc.source_line = entry_line_;
      file_.sections.back().arcs.push_back(std::move(arc));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OrderFile> Parser::Finish(int line_number) && {
  if (entry_line_ != 0 && OpenParentheses(entry_.text) > 0) {
    return Error(entry_line_, "a parenthesis is not closed; expected ')' before the comment ends");
  }
  if (absl::Status status = FinishEntry(); !status.ok()) return status;
  if (file_.sections.empty()) {
    return Error(line_number, "the lock-order comment orders nothing; expected an indented tree");
  }
  return std::move(file_);
}

// "linux-6.12 " if the tree's Makefile says so, else "".
std::string VersionPrefix(const std::string& directory) {
  const absl::StatusOr<std::string> makefile = ReadFile(directory + "/Makefile");
  if (!makefile.ok()) return "";
  std::optional<int> version;
  std::optional<int> patch_level;
  for (const absl::string_view line : absl::StrSplit(*makefile, '\n')) {
    const std::pair<absl::string_view, absl::string_view> setting =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    const absl::string_view key = absl::StripAsciiWhitespace(setting.first);
    int value = 0;
    if (!absl::SimpleAtoi(setting.second, &value)) continue;
    if (key == "VERSION" && !version.has_value()) version = value;
    if (key == "PATCHLEVEL" && !patch_level.has_value()) patch_level = value;
  }
  if (!version.has_value() || !patch_level.has_value()) return "";
  return absl::StrCat("linux-", *version, ".", *patch_level, " ");
}

}  // namespace

absl::StatusOr<OrderFile> ParseKernelComment(absl::string_view path, absl::string_view source,
                                             absl::string_view text) {
  std::optional<Parser> parser;
  int line_number = 0;
  for (const absl::string_view raw : absl::StrSplit(text, '\n')) {
    ++line_number;
    const size_t end = raw.find("*/");
    CommentLine line = StripComment(raw.substr(0, end));
    if (!parser.has_value()) {
      if (IsTitle(line) && end == absl::string_view::npos) parser.emplace(path, source);
      continue;
    }
    if (end == absl::string_view::npos || !line.text.empty()) {
      absl::Status status = parser->Add(line_number, std::move(line));
      if (!status.ok()) return status;
    }
    if (end != absl::string_view::npos) return std::move(*parser).Finish(line_number);
  }
  const absl::string_view reason =
      parser.has_value() ? "the lock-order comment does not end; expected '*/'"
                         : "no lock-order comment; expected a comment line 'Lock ordering ...:'";
  return absl::InvalidArgumentError(absl::StrCat(path, ":", line_number, ": ", reason));
}

absl::StatusOr<std::vector<OrderFile>> ReadKernelTree(const std::string& directory) {
  const std::string version = VersionPrefix(directory);
  std::vector<OrderFile> files;
  for (const absl::string_view name : kOrderFiles) {
    const std::string path = absl::StrCat(directory, "/", name);
    const absl::StatusOr<std::string> text = ReadFile(path);
    if (!text.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": ", text.status().message(),
                                                     "; expected a Linux kernel source tree"));
    }
    absl::StatusOr<OrderFile> file = ParseKernelComment(path, absl::StrCat(version, name), *text);
    if (!file.ok()) return file.status();
    files.push_back(*std::move(file));
  }
  return files;
}

}  // namespace lockdep::order
