#include "lockdep/order/order_file.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "lockdep/order/order_line.h"

namespace lockdep::order {
namespace {

constexpr absl::string_view kArrow = "->";
constexpr absl::string_view kEquals = "=";
constexpr absl::string_view kStale = "stale";
constexpr absl::string_view kKeywords[] = {"include", "source", "alias"};

constexpr absl::string_view kLineForms =
    "expected 'A -> B  # why', 'alias A = B', 'source \"TEXT\"' or 'include \"FILE\"'";

bool IsKeyword(absl::string_view word) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), word) != std::end(kKeywords);
}

// A token as a message may show it: on one line, and not too long.
std::string Shown(const Token& token) {
  constexpr size_t kMaxShown = 60;
  const std::string text = absl::Utf8SafeCEscape(token.text.substr(0, kMaxShown));
  return absl::StrCat("'", text, token.text.size() > kMaxShown ? "..." : "", "'");
}

// A file between its first line and its last.
class Parser {
 public:
  explicit Parser(absl::string_view path) { file_.path = std::string(path); }

  absl::Status ParseLine(absl::string_view text);
  OrderFile Take() && { return std::move(file_); }

 private:
  using Tokens = std::vector<Token>;

  absl::Status ParseTokens(const Line& line);
  absl::Status ParseInclude(const Tokens& tokens);
  absl::Status ParseSource(const Tokens& tokens);
  absl::Status ParseAlias(const Tokens& tokens);
  absl::Status ParseArc(const Line& line);
  absl::Status ParseAttribute(const Token& token, Arc* arc) const;

  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(file_.path, ":", line_number_, ": ", what));
  }
  absl::Status CheckName(const Token& token) const;
  absl::Status CheckText(const Tokens& tokens, absl::string_view example) const;
  absl::Status ExplainShortArc(const Tokens& tokens) const;

  OrderFile file_;
  int line_number_ = 0;
  // The source of the arcs to come, and whether their section has begun.
  std::string source_;
  bool in_section_ = false;
};

absl::Status Parser::ParseLine(absl::string_view text) {
  ++line_number_;
  absl::StatusOr<Line> line = SplitLine(text);
  if (!line.ok()) return Error(line.status().message());
  if (line->tokens.empty()) return absl::OkStatus();
  return ParseTokens(*line);
}

absl::Status Parser::ParseTokens(const Line& line) {
  const Tokens& tokens = line.tokens;
  // A lock may be called `alias`: the arrow behind it tells.
  const bool is_arc = tokens.size() > 1 && tokens[1].Is(kArrow);
  if (!is_arc && tokens[0].Is("include")) return ParseInclude(tokens);
  if (!is_arc && tokens[0].Is("source")) return ParseSource(tokens);
  if (!is_arc && tokens[0].Is("alias")) return ParseAlias(tokens);
  return ParseArc(line);
}

absl::Status Parser::CheckName(const Token& token) const {
  if (token.text.empty()) return Error("an empty name; expected the name of a lock");
  if (token.Is(kArrow) || token.Is(kEquals)) {
    return Error(absl::StrCat(Shown(token), " where a name belongs; expected the name of a lock"));
  }
  if (token.text.size() > kMaxNameLength) {
    return Error(
        absl::StrCat("a name of ", token.text.size(), " bytes; expected at most ", kMaxNameLength));
  }
  if (token.text.find('\0') != std::string::npos) {
    return Error("a NUL in a name; expected the name of a lock");
  }
  return absl::OkStatus();
}

// A directive with one quoted text.
absl::Status Parser::CheckText(const Tokens& tokens, absl::string_view example) const {
  if (tokens.size() == 2 && tokens[1].is_quoted) return CheckName(tokens[1]);
  return Error(
      absl::StrCat("'", tokens[0].text, "' without one text in quotes; expected '", example, "'"));
}

absl::Status Parser::ParseInclude(const Tokens& tokens) {
  if (absl::Status status = CheckText(tokens, "include \"FILE\""); !status.ok()) return status;
  file_.includes.push_back({tokens[1].text, line_number_});
  return absl::OkStatus();
}

absl::Status Parser::ParseSource(const Tokens& tokens) {
  absl::Status status = CheckText(tokens, "source \"linux-6.12 mm/rmap.c\"");
  if (!status.ok()) return status;
  // It begins lines of reports.
  if (std::any_of(tokens[1].text.begin(), tokens[1].text.end(), absl::ascii_iscntrl)) {
    return Error("a control character in a source; expected text of one line");
  }
  source_ = tokens[1].text;
  in_section_ = false;
  return absl::OkStatus();
}

absl::Status Parser::ParseAlias(const Tokens& tokens) {
  if (tokens.size() < 4 || tokens.size() % 2 != 0) {
    return Error("an alias without two names; expected 'alias NAME = SPELLING'");
  }
  for (size_t i = 1; i < tokens.size(); i += 2) {
    if (absl::Status status = CheckName(tokens[i]); !status.ok()) return status;
    if (i > 1 && !tokens[i - 1].Is(kEquals)) {
      return Error(absl::StrCat(Shown(tokens[i - 1]), " between the names; expected '='"));
    }
    if (i > 1) file_.aliases.push_back({tokens[1].text, tokens[i].text, line_number_});
  }
  return absl::OkStatus();
}

absl::Status Parser::ExplainShortArc(const Tokens& tokens) const {
  if (tokens.size() == 1 && !tokens[0].is_quoted && absl::StrContains(tokens[0].text, "->")) {
    return Error(
        absl::StrCat(Shown(tokens[0]), " is one name; expected blanks around the arrow, 'A -> B'"));
  }
  return Error(absl::StrCat("cannot be understood; ", kLineForms));
}

absl::Status Parser::ParseArc(const Line& line) {
  const Tokens& tokens = line.tokens;
  if (tokens.size() < 3 || !tokens[1].Is(kArrow)) return ExplainShortArc(tokens);
  for (const Token& name : {tokens[0], tokens[2]}) {
    if (absl::Status status = CheckName(name); !status.ok()) return status;
  }
  Arc arc{.from = tokens[0].text, .to = tokens[2].text, .why = line.comment};
  arc.line = line_number_;
  if (arc.from == arc.to) {
    return Error(absl::StrCat("orders ", FormatName(arc.from),
                              " before itself; expected two different locks"));
  }
  for (size_t i = 3; i < tokens.size(); ++i) {
    if (absl::Status status = ParseAttribute(tokens[i], &arc); !status.ok()) return status;
  }
  if (!in_section_) file_.sections.push_back({.source = source_, .arcs = {}});
  in_section_ = true;
  file_.sections.back().arcs.push_back(std::move(arc));
  return absl::OkStatus();
}

absl::Status Parser::ParseAttribute(const Token& token, Arc* arc) const {
  if (token.Is(kStale)) {
    arc->status = ArcStatus::kStale;
    return absl::OkStatus();
  }
  if (token.Is(kArrow)) return Error("a second arrow; expected one arc a line");
  if (token.is_quoted || !absl::StartsWith(token.text, "@")) {
    return Error(
        absl::StrCat(Shown(token), " behind the arc; expected '@LINE', 'stale' or '# why'"));
  }
  if (source_.empty()) {
    return Error("'@LINE' without a source; expected 'source \"FILE\"' on a line before");
  }
  if (!absl::SimpleAtoi(token.text.substr(1), &arc->source_line) || arc->source_line <= 0) {
    return Error(absl::StrCat(Shown(token), " is no line; expected '@' and a line number"));
  }
  return absl::OkStatus();
}

size_t WidthOfNames(const Section& section) {
  constexpr size_t kMaxWidth = 30;
  size_t width = 0;
  for (const Arc& arc : section.arcs) {
    const size_t size = FormatName(arc.from).size();
    if (size <= kMaxWidth) width = std::max(width, size);
  }
  return width;
}

std::string FormatArcPadded(const Arc& arc, size_t width) {
  std::string from = FormatName(arc.from);
  if (from.size() < width) from.resize(width, ' ');
  std::string line = absl::StrCat(from, " -> ", FormatName(arc.to));
  if (arc.source_line > 0) absl::StrAppend(&line, "  @", arc.source_line);
  if (arc.status == ArcStatus::kStale) absl::StrAppend(&line, "  ", kStale);
  if (!arc.why.empty()) absl::StrAppend(&line, "  # ", arc.why);
  return line;
}

}  // namespace

absl::StatusOr<OrderFile> ParseOrderFile(absl::string_view path, absl::string_view text) {
  if (text.size() > kMaxFileSize) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": ", text.size(), " bytes; expected an order file of at most ", kMaxFileSize));
  }
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // Some editors begin UTF-8 files with this mark.
  Parser parser(path);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::Status status = parser.ParseLine(line); !status.ok()) return status;
  }
  return std::move(parser).Take();
}

std::string FormatName(absl::string_view name) {
  const bool is_plain =
      !name.empty() && name != kArrow && name != kEquals && !IsKeyword(name) &&
      name.front() != '#' && std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '"' && c != '\\';
      });
  if (is_plain) return std::string(name);
  return absl::StrCat("\"", absl::Utf8SafeCEscape(absl::string_view(name.data(), name.size())),
                      "\"");
}

std::string FormatArc(const Arc& arc) { return FormatArcPadded(arc, 0); }

std::string FormatOrderFile(const OrderFile& file) {
  std::string text;
  for (const Include& include : file.includes) {
    absl::StrAppend(&text, "include \"", absl::Utf8SafeCEscape(include.path), "\"\n");
  }
  for (const Alias& alias : file.aliases) {
    absl::StrAppend(&text, "alias ", FormatName(alias.name), " = ", FormatName(alias.spelling),
                    "\n");
  }
  for (const Section& section : file.sections) {
    if (!text.empty()) text += '\n';
    if (!section.source.empty()) {
      absl::StrAppend(&text, "source \"", absl::Utf8SafeCEscape(section.source), "\"\n");
    }
    const size_t width = WidthOfNames(section);
    for (const Arc& arc : section.arcs) absl::StrAppend(&text, FormatArcPadded(arc, width), "\n");
  }
  return text;
}

std::string FormatPlace(const OrderFile& file, const Section& section, const Arc& arc) {
  std::string here = absl::StrCat(file.path, ":", arc.line);
  if (section.source.empty()) return here;
  if (arc.source_line == 0) return absl::StrCat(section.source, " (", here, ")");
  return absl::StrCat(section.source, ":", arc.source_line);
}

std::string Describe(const OrderFile& file, const Section& section, const Arc& arc) {
  std::string text = absl::StrCat(FormatPlace(file, section, arc), ": ", FormatName(arc.from),
                                  " -> ", FormatName(arc.to));
  if (!arc.why.empty()) absl::StrAppend(&text, " (", arc.why, ")");
  return text;
}

}  // namespace lockdep::order
