#include "lockdep/order/mysql_arcs.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace lockdep::order {
namespace {

// Takes a line apart: words, and texts in double quotes.
class Words {
 public:
  explicit Words(absl::string_view line) : rest_(line) {}

  bool at_end() {
    rest_ = absl::StripLeadingAsciiWhitespace(rest_);
    return rest_.empty() || rest_.front() == '#';
  }

  // Whether the next word is `word`, in any case; takes it then.
  bool Take(absl::string_view word) {
    if (at_end()) return false;
    const absl::string_view next = rest_.substr(0, rest_.find_first_of(" \t\""));
    if (!absl::EqualsIgnoreCase(next, word)) return false;
    rest_.remove_prefix(next.size());
    return true;
  }

  // A text in quotes; empty if there is none.
  std::string TakeText() {
    if (at_end() || rest_.front() != '"') return "";
    const size_t end = rest_.find('"', 1);
    if (end == rest_.npos) return "";
    std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }

  absl::string_view TakeWord() {
    if (at_end()) return "";
    const absl::string_view next = rest_.substr(0, rest_.find_first_of(" \t"));
    rest_.remove_prefix(next.size());
    return next;
  }

 private:
  absl::string_view rest_;
};

bool IsLock(const std::string& name) {
  return !absl::StartsWith(name, "cond/") && !absl::StartsWith(name, "file/");
}

// An arc as its line says it.
struct MysqlArc {
  Arc arc;
  bool waits = true;
};

// What is wrong, or nothing.
std::string ParseArc(Words& words, MysqlArc* out) {
  if (!words.Take("FROM")) return "FROM is missing; expected ARC FROM \"A\" TO \"B\"";
  out->arc.from = words.TakeText();
  if (words.Take("STATE") && words.TakeText().empty()) return "a STATE in double quotes is missing";
  if (!words.Take("TO")) return "TO is missing; expected ARC FROM \"A\" TO \"B\"";
  out->arc.to = words.TakeText();
  if (out->arc.from.empty() || out->arc.to.empty()) return "a name in double quotes is missing";
  if (out->arc.from.size() > kMaxNameLength || out->arc.to.size() > kMaxNameLength) {
    return "a name is too long";
  }
  words.Take("RECURSIVE");
  if (words.Take("OP")) out->waits = !absl::StartsWithIgnoreCase(words.TakeText(), "TRY");
  if (words.Take("FLAGS")) {
    while (!words.at_end()) {
      const absl::string_view flag = words.TakeWord();
      if (absl::EqualsIgnoreCase(flag, "LOOP") || absl::EqualsIgnoreCase(flag, "IGNORED")) {
        out->arc.status = ArcStatus::kStale;
      }
    }
  }
  return words.at_end() ? "" : "the end of the line is not understood";
}

}  // namespace

absl::StatusOr<OrderFile> ParseMysqlArcs(absl::string_view path, absl::string_view text) {
  OrderFile file;
  file.path = std::string(path);
  Section section;
  absl::flat_hash_set<std::pair<std::string, std::string>> seen;
  int line_number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    Words words(absl::StripTrailingAsciiWhitespace(line));
    if (words.at_end() || words.Take("NODE") || words.Take("BIND")) continue;
    MysqlArc parsed;
    std::string fault = "expected a line ARC, NODE or BIND";
    if (words.Take("ARC")) fault = ParseArc(words, &parsed);
    if (!fault.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", line_number, ": ", fault));
    }
    Arc& arc = parsed.arc;
    const bool counts = parsed.waits && arc.from != arc.to && IsLock(arc.from) && IsLock(arc.to);
    if (!counts || !seen.emplace(arc.from, arc.to).second) continue;
    arc.line = line_number;
    section.arcs.push_back(std::move(arc));
  }
  if (!section.arcs.empty()) file.sections.push_back(std::move(section));
  return file;
}

std::string RenderMysqlArcs(const OrderSet& set) {
  std::map<std::pair<std::string, std::string>, const Arc*> arcs;
  for (const PlacedArc& placed : set.arcs()) {
    arcs.try_emplace({placed.arc->from, placed.arc->to}, placed.arc);
  }
  std::string text;
  for (const auto& [names, arc] : arcs) {
    // There is no way to write a quote inside a name.
    if (absl::StrContains(arc->from, "\"") || absl::StrContains(arc->to, "\"")) {
      absl::StrAppend(&text, "# left out, for the double quote: ", FormatArc(*arc), "\n");
      continue;
    }
    if (!arc->why.empty()) absl::StrAppend(&text, "# ", arc->why, "\n");
    absl::StrAppend(&text, "ARC FROM \"", arc->from, "\" TO \"", arc->to, "\"",
                    arc->status == ArcStatus::kStale ? " FLAGS LOOP\n" : "\n");
  }
  return text;
}

}  // namespace lockdep::order
